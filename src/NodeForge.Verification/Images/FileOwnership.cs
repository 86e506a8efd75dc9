using NodeForge.Oci;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Tar;
using NodeForge.Verification.Closure;
using NodeForge.Verification.Examination;

namespace NodeForge.Verification.Images;

/// <summary>Which component each file of an image belongs to: one, or none.</summary>
internal sealed class FileOwnership
{
    // What comes with a program and has another name.
    private static readonly Dictionary<string, string[]> Companions = new(StringComparer.Ordinal)
    {
        ["containerd"] = ["containerd-shim", "containerd-shim-runc-v1", "containerd-shim-runc-v2", "containerd-stress", "ctr"],
        ["crictl"] = ["critest"],
    };

    private static readonly string[] ProgramFolders = ["usr/local/bin/", "usr/local/sbin/", "usr/bin/", "usr/sbin/"];
    private static readonly string[] PluginFolders = ["opt/cni/bin/", "usr/lib/cni/"];

    private readonly ExaminedImage image;
    private readonly Dictionary<string, int> owners = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string?> folders = new(StringComparer.Ordinal);

    private FileOwnership(ExaminedImage image) => this.image = image;

    /// <summary>Those of the image, and the preloaded images, each with its files.</summary>
    public IReadOnlyList<VerifiedComponent> Components { get; private set; } = [];

    public IReadOnlyList<string> Unowned { get; private set; } = [];

    public static FileOwnership Of(
        ExaminedImage image,
        IReadOnlyList<VerifiedComponent> components,
        IReadOnlyList<(ImageReference Reference, ProvenImage Image)> preloads
    )
    {
        FileOwnership ownership = new(image);
        ownership.Run(components, preloads);
        return ownership;
    }

    // The first to claim a file has it: what a recipe put over a package's program is the program's, and blobs that images share are the
    // first's.
    private void Run(IReadOnlyList<VerifiedComponent> components, IReadOnlyList<(ImageReference Reference, ProvenImage Image)> preloads)
    {
        VerifiedComponent[] all = [.. components, .. preloads.Select(static preload => Preload(preload.Reference, preload.Image))];
        foreach ((int index, VerifiedComponent component) in components.Index().Where(static item => item.Item.Debian is null))
            ClaimProgram(component.Name, index);
        ClaimPackages(components);
        foreach ((int index, (_, ProvenImage proven)) in preloads.Index())
        {
            foreach (Digest blob in proven.Blobs)
            {
                Claim(NodeFiles.StoreBlobs + blob.Hex, components.Count + index);
                if (image.Real(NodeFiles.StoreBlobs + blob.Hex) is { } real)
                    Claim(real, components.Count + index);
            }
        }

        ILookup<int, string> files = image
            .Entries.Where(static entry => entry.Header.Kind != TarEntryKind.Directory)
            .Select(static entry => entry.Header.Path)
            .Order(StringComparer.Ordinal)
            .ToLookup(path => owners.GetValueOrDefault(path, -1), static path => "/" + path);
        Components = [.. all.Select((component, index) => component with { Files = [.. files[index]] })];
        Unowned = [.. files[-1]];
    }

    private void ClaimProgram(string name, int owner)
    {
        if (name == "cni")
        {
            foreach (RootfsEntry plugin in PluginFolders.SelectMany(image.Below))
                Claim(plugin.Header.Path, owner);
            return;
        }

        foreach (string file in Companions.GetValueOrDefault(name, []).Prepend(name))
        {
            foreach (string folder in ProgramFolders)
                Claim(folder + file, owner);
        }
    }

    // dpkg-query(1), "--listfiles": the lists in info, one path a line; images without a dpkg of their own have sums in status.d instead.
    private void ClaimPackages(IReadOnlyList<VerifiedComponent> components)
    {
        Dictionary<string, int> packages = components
            .Index()
            .Where(static item => item.Item.Debian is not null)
            .GroupBy(static item => item.Item.Name, StringComparer.Ordinal)
            .ToDictionary(static group => group.Key, static group => group.First().Index, StringComparer.Ordinal);
        foreach (RootfsEntry entry in image.Below(NodeFiles.PackageInfo))
        {
            // NAME.list, NAME:ARCHITECTURE.list, NAME.postinst and so on; names have dots too, kinds have none.
            string file = entry.Header.Path[NodeFiles.PackageInfo.Length..];
            if (file.LastIndexOf('.') is not (> 0 and int dot) || !packages.TryGetValue(file[..dot].Split(':')[0], out int owner))
                continue;
            Claim(entry.Header.Path, owner);
            if (NodeFiles.IsPackageList(entry.Header.Path))
                ClaimEach(image.Text(entry.Header.Path), static line => line, owner);
        }

        const string Sums = ".md5sums";
        const string Folder = "var/lib/dpkg/status.d/";
        foreach (RootfsEntry entry in image.Below(Folder))
        {
            string name = entry.Header.Path[Folder.Length..];
            bool sums = name.EndsWith(Sums, StringComparison.Ordinal);
            if (!packages.TryGetValue(sums ? name[..^Sums.Length] : name, out int owner))
                continue;
            Claim(entry.Header.Path, owner);
            if (sums)
                ClaimEach(image.Text(entry.Header.Path), static line => line.Split("  ", 2)[^1], owner);
        }
    }

    private void ClaimEach(string? list, Func<string, string> path, int owner)
    {
        string[] paths = [.. (list ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(path)];
        foreach ((int index, string listed) in paths.Index())
        {
            // A folder stands before what is in it. Where folders are merged, /bin is a link, and no package's for having something below
            // it.
            if (index + 1 == paths.Length || !paths[index + 1].StartsWith(listed + "/", StringComparison.Ordinal))
                Claim(listed.TrimStart('/'), owner);
        }
    }

    // A package lists /bin/sh where merged folders have it as /usr/bin/sh: the folder's links are followed, the last part's are not.
    private void Claim(string path, int owner)
    {
        int slash = path.LastIndexOf('/');
        if (slash > 0)
        {
            string folder = path[..slash];
            if (!folders.TryGetValue(folder, out string? real))
                folders[folder] = real = image.Real(folder);
            path = real is null ? path : $"{real}/{path[(slash + 1)..]}";
        }

        owners.TryAdd(path, owner);
    }

    private static VerifiedComponent Preload(ImageReference reference, ProvenImage proven) =>
        new(reference.Name, reference.Tag, proven.Manifest, "preloaded") { PreloadedAs = reference.ContainerdName };
}
