namespace NodeForge.Clusters.Planning;

/// <summary>What nodes take from the machine that they run on.</summary>
/// <param name="HasModules">Whether its kernel's modules can be mounted. Of a machine elsewhere nobody here can tell, and a mount of what
/// is not there is refused.</param>
/// <param name="HasKernels">Whether its kernel's configuration lies in <see cref="Kernels"/> alone.</param>
/// <param name="Proxies">Programs in the nodes go by them.</param>
internal sealed record NodeHost(bool HasModules, bool HasKernels, ProxySettings Proxies)
{
    /// <summary>Given to every node by the host that has it.</summary>
    public const string Modules = "/lib/modules";

    /// <summary>The folder, not the file: that goes with its kernel one day, and the node would not start any more.</summary>
    public const string Kernels = "/boot";

    public static NodeHost Unknown { get; } = new(false, false, new());

    /// <summary>As a node that is there was given it.</summary>
    /// <param name="mounted">Where its mounts lie.</param>
    /// <param name="environment">NAME=VALUE.</param>
    public static NodeHost Of(IEnumerable<string> mounted, IEnumerable<string> environment)
    {
        string[] folders = [.. mounted];
        Dictionary<string, string> variables = environment
            .Select(variable => variable.Split('=', 2))
            .Where(pair => pair.Length == 2)
            .GroupBy(pair => pair[0])
            .ToDictionary(pairs => pairs.Key, pairs => pairs.Last()[1]);
        return new(folders.Contains(Modules), folders.Contains(Kernels), ProxySettings.Of(variables.GetValueOrDefault));
    }
}
