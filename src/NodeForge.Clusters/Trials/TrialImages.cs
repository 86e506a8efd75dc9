namespace NodeForge.Clusters.Trials;

/// <summary>Images that an engine has for a trial alone.</summary>
public static class TrialImages
{
    /// <summary>The repository of their names.</summary>
    public const string Repository = "nodeforge.local/trial";
}
