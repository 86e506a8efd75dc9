using NodeForge.Verification.Examination;
using NodeForge.Verification.Static;

namespace NodeForge.Verification.Images;

/// <summary>What an image is made of, as its files and its record say it together.</summary>
internal static class ImageComponents
{
    // The programs of Go that nodes have, by the module that each is known by; a program says it itself where it was built as a module.
    private static readonly Dictionary<string, string> Modules = new(StringComparer.Ordinal)
    {
        ["kubeadm"] = "k8s.io/kubernetes",
        ["kubectl"] = "k8s.io/kubernetes",
        ["kubelet"] = "k8s.io/kubernetes",
        ["containerd"] = "github.com/containerd/containerd",
        ["runc"] = "github.com/opencontainers/runc",
        ["crictl"] = "sigs.k8s.io/cri-tools",
        ["cni"] = "github.com/containernetworking/plugins",
    };

    public static IReadOnlyList<VerifiedComponent> Of(ExaminedImage image)
    {
        List<VerifiedComponent> components = [];
        HashSet<string> packaged = new(StringComparer.Ordinal);
        ILookup<string, RecordedComponent> recorded = (image.Record?.Components ?? [])
            .Where(static component => component.IsPackage)
            .ToLookup(static component => component.Name, StringComparer.Ordinal);
        foreach (InstalledPackage package in PackageStatus.All(image).DistinctBy(static package => (package.Name, package.Architecture)))
        {
            packaged.Add(package.Name);
            RecordedComponent? known = recorded[package.Name].LastOrDefault(component => component.Version == package.Version);
            components.Add(
                new(package.Name, package.Version, known?.Digest, known?.Origin ?? "dpkg")
                {
                    Debian = new(
                        package.Architecture ?? ArchitectureOf(known?.Origin) ?? image.Image.Platform.Architecture,
                        package.SourceName,
                        package.SourceVersion
                    ),
                }
            );
        }

        foreach (RecordedComponent component in image.Record?.Components ?? [])
        {
            if (!component.IsPackage)
                components.Add(Program(image, component));
            else if (!packaged.Contains(component.Name))
                components.Add(
                    new(component.Name, component.Version, component.Digest, component.Origin)
                    {
                        Debian = new(
                            ArchitectureOf(component.Origin) ?? image.Image.Platform.Architecture,
                            component.Name,
                            component.Version ?? ""
                        ),
                    }
                );
        }

        return components;
    }

    public static OperatingSystemRelease? SystemOf(ExaminedImage image)
    {
        Dictionary<string, string> values = (image.Text(NodeFiles.SystemRelease) ?? "")
            .Split('\n')
            .Select(static line => line.Split('=', 2))
            .Where(static pair => pair.Length == 2)
            .GroupBy(static pair => pair[0].Trim())
            .ToDictionary(static group => group.Key, static group => group.Last()[1].Trim().Trim('"', '\''));
        return values.GetValueOrDefault("ID") is { Length: > 0 } id ? new(id, values.GetValueOrDefault("VERSION_ID")) : null;
    }

    private static VerifiedComponent Program(ExaminedImage image, RecordedComponent component)
    {
        GoProgram? go = NodeVersions.Go(image, component.Name);
        return new(component.Name, component.Version, component.Digest, component.Origin)
        {
            GoModule = Modules.GetValueOrDefault(component.Name) ?? go?.Module,
            GoModules = [.. (go?.Modules ?? []).Select(static module => KeyValuePair.Create(module.Path, module.Version))],
        };
    }

    // The last part of a package's file name.
    private static string? ArchitectureOf(string? file) =>
        Path.GetFileNameWithoutExtension(file) is { } name && name.LastIndexOf('_') is > 0 and int at ? name[(at + 1)..] : null;
}
