namespace NodeForge.Clusters.Preflight;

/// <summary>Whether nodes can lay their containers' layers over each other instead of copying them.</summary>
internal sealed class OverlayCheck : IMachineCheck
{
    public string Name => "overlay";

    public CheckResult Judge(MachineFacts facts)
    {
        if (facts.Engine is not { } engine)
            return CheckResult.NotLookedAt(MachineFacts.NoEngine);
        string driver = engine.Information.Driver;
        if (driver.StartsWith("overlay", StringComparison.Ordinal) || driver == "fuse-overlayfs")
            return new(driver);
        bool known = facts.Host?.FileSystems?.Contains("overlay") ?? true;
        return new(driver.Length > 0 ? driver : "the engine names no storage driver", known ? Driver(driver) : Module(driver));
    }

    private static Diagnostic Driver(string driver) =>
        new(
            ErrorCodes.OverlayMissing,
            "the engine's storage driver is not overlay: nodes may have to copy every layer, which is slow and takes room"
        )
        {
            Severity = Severity.Warning,
            Got = driver,
            Want = "overlay2",
            Hint = "keep the engine's data root on ext4 or xfs, and set \"storage-driver\": \"overlay2\" in /etc/docker/daemon.json",
        };

    private static Diagnostic Module(string driver) =>
        Driver(driver) with
        {
            Where = new("/proc/filesystems"),
            Got = $"{driver}, and a kernel without overlay",
            Hint = "modprobe overlay; its name in /etc/modules-load.d/overlay.conf keeps it",
        };
}
