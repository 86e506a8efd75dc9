using System.Collections.ObjectModel;

namespace NodeForge.Containerd.Metadata;

internal static class NoLabels
{
    public static IReadOnlyDictionary<string, string> Instance { get; } = ReadOnlyDictionary<string, string>.Empty;
}
