using NodeForge.Kubernetes;
using NodeForge.Verification.Examination;

namespace NodeForge.Verification.Static;

/// <summary>Which versions are in a node image: what its files say, and where they say nothing its record.</summary>
internal static class NodeVersions
{
    /// <summary>The version of Kubernetes that clusters of the image have.</summary>
    public static KubernetesVersion? Kubernetes(ExaminedImage image) =>
        KubernetesVersion.TryParse(image.KindVersion ?? image.Record?.KubernetesVersion, out KubernetesVersion version) ? version : null;

    /// <summary>The version of containerd as its record, its package or the program itself has it.</summary>
    public static string? Containerd(ExaminedImage image) =>
        image.Record?.Component("containerd")?.Version
        ?? (Stamps(image, "containerd") is [var stamp, ..] ? stamp : null)
        ?? PackageStatus.Of(image).GetValueOrDefault("containerd");

    /// <summary>What a program has stamped into it.</summary>
    public static IReadOnlyList<string> Stamps(ExaminedImage image, string program) =>
        Go(image, program) is { } go
            ? [.. go.Stamps, .. go.ModuleVersion is { } module && !go.Stamps.Contains(module) ? [module] : Array.Empty<string>()]
            : [];

    public static GoProgram? Go(ExaminedImage image, string program) => Find(image, program)?.Facts.Go;

    /// <summary>A program where the node's shells and units find it.</summary>
    public static (string Path, FileFacts Facts)? Find(ExaminedImage image, string program)
    {
        foreach (string folder in new[] { "usr/local/bin/", "usr/local/sbin/", "usr/bin/", "usr/sbin/" })
        {
            if (image.Facts(folder + program) is { } facts)
                return (folder + program, facts);
        }

        return null;
    }
}
