namespace NodeForge.Verification.Static;

/// <summary>Every static check, in the order in which they are told.</summary>
internal static class StaticChecks
{
    public static IReadOnlyList<ImageCheck> All { get; } =
    [
        new LayerCheck(),
        new BootContractCheck(),
        new ArchitectureCheck(),
        new UnitProgramCheck(),
        new RecordCheck(),
        new ProgramVersionCheck(),
        new PackageCheck(),
        new KnownBadCheck(),
        new EnabledUnitCheck(),
        new RuntimeConfigurationCheck(),
        new RuntimeAgreementCheck(),
        new LeftoverCheck(),
        new SpecialRightsCheck(),
        new PodPathCheck(),
    ];
}
