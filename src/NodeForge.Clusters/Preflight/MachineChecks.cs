namespace NodeForge.Clusters.Preflight;

/// <summary>Every check, in the order in which they are told.</summary>
internal static class MachineChecks
{
    private static readonly IMachineCheck[] All =
    [
        new EngineCheck(),
        new RootlessCheck(),
        new CgroupCheck(),
        new CapabilityCheck(),
        new InotifyCheck(),
        new DiskCheck(),
        new PortCheck(),
        new SubnetCheck(),
        new ImageCheck(),
        new ArchitectureCheck(),
        new KubernetesCheck(),
        new OverlayCheck(),
        new ClockCheck(),
        new ProxyCheck(),
    ];

    public static CheckedMachine Judge(MachineFacts facts) => Judge(facts, All);

    public static CheckedMachine Judge(MachineFacts facts, IReadOnlyList<IMachineCheck> checks) =>
        new([.. checks.Select(check => check.Judge(facts) with { Name = check.Name })]);
}
