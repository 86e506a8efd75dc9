namespace NodeForge.Clusters.Preflight;

/// <summary>One question about the machine that a cluster is to run on.</summary>
internal interface IMachineCheck
{
    /// <summary>A word that scripts may rely on: "engine", "cgroups".</summary>
    string Name { get; }

    /// <summary>Judges what was read. Pure: reads nothing, asks nobody.</summary>
    CheckResult Judge(MachineFacts facts);
}
