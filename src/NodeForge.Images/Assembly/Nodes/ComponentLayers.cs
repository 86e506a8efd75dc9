using NodeForge.Images.Assembly.Contents;
using NodeForge.Images.Planning;
using NodeForge.Oci;
using NodeForge.Oci.Compression;
using NodeForge.Oci.Content;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Tar;
using NodeForge.Recipes;

namespace NodeForge.Images.Assembly.Nodes;

/// <summary>A layer for each component that comes from a tarball of its own: containerd, runc, CNI plugins, crictl.</summary>
internal sealed class ComponentLayers(BuildEnvironment environment)
{
    // Where Debian's packages have them, so that units and configuration need not know where a component came from.
    private static readonly Dictionary<string, string> UsualFolders = new()
    {
        ["containerd"] = "usr",
        ["runc"] = "usr/sbin",
        ["cni"] = "usr/lib/cni",
        ["crictl"] = "usr/bin",
    };

    /// <returns>The layers, and what is in them for the node's record.</returns>
    public async Task<(IReadOnlyList<Layer> Layers, IReadOnlyList<NodeComponent> Components)> BuildAsync(
        NodeImagePlan plan,
        RootfsTree tree,
        CancellationToken cancellationToken
    )
    {
        List<Layer> layers = [];
        List<NodeComponent> components = [];
        foreach (ComponentSource component in plan.Recipe.Components)
        {
            LayerDraft draft = new(tree, plan.Epoch);
            Digest blob = component.Tarball is { } path
                ? await new LocalFiles(environment).TakeAsync(path, cancellationToken).ConfigureAwait(false)
                : plan.Part.File(component.Name).Digest;
            Lay(component, blob, plan.Platform, draft, cancellationToken);
            components.Add(new(component.Name, component.Version, blob, component.Tarball ?? component.Url!));
            layers.Add(
                (
                    await DraftedLayer.BuildAsync(draft, component.Name, plan.Epoch, environment, cancellationToken).ConfigureAwait(false)
                ).Titled(component.Name, environment.Store)
            );
        }

        return (layers, components);
    }

    private void Lay(ComponentSource component, Digest blob, Platform platform, LayerDraft draft, CancellationToken cancellationToken)
    {
        string folder = (component.Path ?? UsualFolders[component.Name]).Trim('/');
        string origin = component.Tarball ?? component.Url!;
        if (IsProgram(blob))
        {
            using FileStream program = environment.Store.OpenRead(blob);
            Descriptor taken = ProgramFileOf(program, new(origin), platform);
            draft.Add(Program($"{folder}/{component.Name}", taken.Size), new BlobContent(environment.Store, taken.Digest));
            return;
        }

        using Stream plain = Decompression.Open(environment.Store.OpenRead(blob), origin);
        using TarReader reader = new(plain, origin);
        TarPolicy policy = TarPolicy.Strict(origin);
        while (reader.Read() is { } entry)
        {
            cancellationToken.ThrowIfCancellationRequested();
            policy.Check(entry);
            Lay(entry, reader.Content, folder, origin, platform, draft);
        }
    }

    private void Lay(TarEntry entry, Stream content, string folder, string origin, Platform platform, LayerDraft draft)
    {
        if (entry.Kind == TarEntryKind.Directory)
            return;
        TarEntry placed = entry with { Path = $"{folder}/{entry.Path}", Uid = 0, Gid = 0 };
        if (entry.Kind != TarEntryKind.File)
        {
            draft.Add(entry.Kind == TarEntryKind.HardLink ? placed with { LinkTarget = $"{folder}/{entry.LinkTarget}" } : placed, null);
            return;
        }

        bool executable = (entry.Mode & 0x40) != 0; // S_IXUSR
        Descriptor taken =
            executable && IsProgramName(entry.Path) ? ProgramFileOf(content, new(origin, Detail: entry.Path), platform) : Take(content);
        draft.Add(
            placed with
            {
                Mode = executable ? 0x1ed : 0x1a4,
            },
            taken.Size == 0 ? null : new BlobContent(environment.Store, taken.Digest)
        );
    }

    private Descriptor ProgramFileOf(Stream content, Location origin, Platform platform) =>
        Kubernetes.ProgramFile.Take(content, origin, platform, null, environment.Store);

    private Descriptor Take(Stream content)
    {
        using BlobIngest ingest = environment.Store.BeginIngest();
        content.CopyTo(ingest, 1 << 20);
        return ingest.Commit();
    }

    // runc is released as a bare program.
    private bool IsProgram(Digest blob)
    {
        using FileStream file = environment.Store.OpenRead(blob);
        Span<byte> magic = stackalloc byte[4];
        return file.ReadAtLeast(magic, 4, throwOnEndOfStream: false) == 4 && magic.SequenceEqual("\x7f\x45LF"u8);
    }

    // containerd's tarball carries shell scripts for tests beside its programs.
    private static bool IsProgramName(string path) => Path.GetExtension(path).Length == 0;

    private static TarEntry Program(string path, long size) =>
        new()
        {
            Path = path,
            Kind = TarEntryKind.File,
            Mode = 0x1ed,
            Size = size,
        };
}
