using NodeForge.Engines;

namespace NodeForge.Clusters.Preflight;

/// <summary>What an engine without root lacks.</summary>
internal sealed class RootlessCheck : IMachineCheck
{
    public string Name => "rootless";

    public CheckResult Judge(MachineFacts facts)
    {
        if (facts.Engine is not { } engine)
            return CheckResult.NotLookedAt(MachineFacts.NoEngine);
        EngineInformation said = engine.Information;
        if (!said.IsRootless)
            return new("no, the engine runs as root");
        if (said.CgroupVersion == "1")
        {
            return new(
                "yes, with cgroup v1",
                new Diagnostic(
                    ErrorCodes.EngineRootless,
                    "an engine without root can limit nothing on cgroup v1, and the kubelet does not start"
                )
                {
                    Where = new(engine.Endpoint),
                    Got = "cgroup v1",
                    Want = "cgroup v2",
                    Hint = "boot this machine with systemd.unified_cgroup_hierarchy=1, or use an engine that runs as root",
                }
            );
        }

        return Missing(said, facts.Host?.Cgroups?.Delegated) is { Length: > 0 } missing
            ? new($"yes, without {missing}", Undelegated(engine, missing))
            : new(
                "yes",
                new Diagnostic(ErrorCodes.EngineRootless, "the engine runs without root, which nobody has tried with these nodes")
                {
                    Severity = Severity.Warning,
                    Where = new(engine.Endpoint),
                    Hint = "use an engine that runs as root if the nodes do not come up",
                }
            );
    }

    private static Diagnostic Undelegated(EngineFacts engine, string missing) =>
        new(ErrorCodes.EngineRootless, "the engine runs without root and was not given the controllers that nodes need")
        {
            Where = new(engine.Endpoint),
            Got = $"none of {missing}",
            Want = "cpu, memory and pids, handed on by systemd",
            Hint =
                "write [Service] and Delegate=yes into /etc/systemd/system/user@.service.d/delegate.conf, run systemctl daemon-reload, and log in again",
        };

    // The engine's word counts where it gives one; Delegate= alone does not show in a session that is older.
    private static string Missing(EngineInformation said, IReadOnlyList<string>? delegated) =>
        string.Join(
            ", ",
            new[] { ("cpu", said.CPUShares), ("memory", said.MemoryLimit), ("pids", said.PidsLimit) }
                .Where(pair => !(pair.Item2 ?? delegated?.Contains(pair.Item1) ?? true))
                .Select(pair => pair.Item1)
        );
}
