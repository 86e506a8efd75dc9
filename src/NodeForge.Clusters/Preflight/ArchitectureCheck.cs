namespace NodeForge.Clusters.Preflight;

/// <summary>Whether the images are for the engine's machine. systemd and the kubelet do not come up under an emulator.</summary>
internal sealed class ArchitectureCheck : IMachineCheck
{
    public string Name => "architecture";

    public CheckResult Judge(MachineFacts facts)
    {
        if (facts.Engine is not { } engine)
            return CheckResult.NotLookedAt(MachineFacts.NoEngine);
        string own = OfKernel(engine.Information.Architecture);
        if (own.Length == 0)
            return CheckResult.NotLookedAt("the engine does not say");
        return new(
            own,
            [
                .. engine
                    .Images.Where(image => image.Details is { Architecture.Length: > 0 } details && !Runs(own, details.Architecture))
                    .Select(image => new Diagnostic(ErrorCodes.NodeImageInvalid, "the image is for another machine")
                    {
                        Where = new(image.Reference),
                        Got = $"{image.Details!.Os}/{image.Details.Architecture}",
                        Want = $"linux/{own}",
                        Hint = $"nodeforge build node-image RECIPE --platform linux/{own} --output docker-daemon:{image.Reference}",
                    }),
            ]
        );
    }

    // The kernel's names; Podman has Go's already.
    private static string OfKernel(string machine) =>
        machine switch
        {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            "i386" or "i686" => "386",
            _ when machine.StartsWith("armv", StringComparison.Ordinal) => "arm",
            _ => machine,
        };

    // A processor of 64 bits runs what is for its own family's 32 as well.
    private static bool Runs(string own, string image) => own == image || (own, image) is ("amd64", "386") or ("arm64", "arm");
}
