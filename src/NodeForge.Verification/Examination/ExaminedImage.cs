using System.Text;
using NodeForge.Oci;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Tar;

namespace NodeForge.Verification.Examination;

/// <summary>An image after it was read: what all checks look at. No check reads anything else.</summary>
internal sealed class ExaminedImage
{
    private readonly Lazy<IReadOnlyList<RootfsEntry>> entries;

    private ExaminedImage(Image image, IReadOnlyList<ExaminedLayer> layers, RootfsTree tree, IReadOnlyList<Diagnostic> treeProblems)
    {
        Image = image;
        Layers = layers;
        Tree = tree;
        TreeProblems = treeProblems;
        entries = new(() => [.. tree.Entries()]);
        Record = NodeRecord.Read(this);
        Settings = NodeSettings.Read(Text(NodeFiles.Settings));
        KindVersion = Text(NodeFiles.Version)?.Trim();
    }

    public Image Image { get; }

    public IReadOnlyList<ExaminedLayer> Layers { get; }

    public RootfsTree Tree { get; }

    /// <summary>Why layers do not make a file tree together.</summary>
    public IReadOnlyList<Diagnostic> TreeProblems { get; }

    /// <summary>What the image says of itself; null when it says nothing.</summary>
    public NodeRecord? Record { get; }

    public NodeSettings Settings { get; }

    /// <summary>What <c>/kind/version</c> says; null when it is not there.</summary>
    public string? KindVersion { get; }

    /// <summary>Whether the image means to be a Kubernetes node at all.</summary>
    public bool IsNode => Record is not null || KindVersion is not null;

    /// <summary>Every entry of the root file system.</summary>
    public IReadOnlyList<RootfsEntry> Entries => entries.Value;

    /// <summary>Reads all layers, as many side by side as there are processors.</summary>
    public static Task<ExaminedImage> ReadAsync(Image image, CancellationToken cancellationToken) =>
        ReadAsync(image, static layer => layer.RunAsync(), cancellationToken);

    /// <summary>Reads of an image whose bytes are believed what it says: names, settings, records and documents.</summary>
    /// <exception cref="NodeForgeException">A layer cannot be read.</exception>
    public static Task<ExaminedImage> OutlineAsync(Image image, CancellationToken cancellationToken) =>
        ReadAsync(image, static layer => layer.OutlineAsync(), cancellationToken);

    private static async Task<ExaminedImage> ReadAsync(
        Image image,
        Func<LayerExaminer, Task<ExaminedLayer>> read,
        CancellationToken cancellationToken
    )
    {
        KeptBytes budget = new();
        ExaminedLayer[] layers = new ExaminedLayer[image.Layers.Count];
        // The largest first, so that none is left alone in the end.
        int[] order = [.. Enumerable.Range(0, layers.Length).OrderByDescending(index => image.Layers[index].Descriptor.Size)];
        // A zstd decoder may hold a window of 128 MiB.
        ParallelOptions options = new()
        {
            MaxDegreeOfParallelism = Math.Min(Environment.ProcessorCount, 4),
            CancellationToken = cancellationToken,
        };
        await Parallel
            .ForEachAsync(
                order,
                options,
                async (index, stop) =>
                    layers[index] = await read(new LayerExaminer(image.Layers[index], budget, stop)).ConfigureAwait(false)
            )
            .ConfigureAwait(false);
        RootfsTree tree = new();
        List<Diagnostic> problems = [];
        foreach (ExaminedLayer layer in layers)
        {
            try
            {
                tree.Apply(DanglingLinks.Told(layer, tree, problems), layer.Layer.Where.ToString());
            }
            catch (NodeForgeException failure)
            {
                problems.AddRange(failure.Diagnostics);
            }
        }

        return new(image, layers, tree, problems);
    }

    /// <summary>Where a path leads when all links are followed; null for links in a circle, which lead nowhere.</summary>
    public string? Real(string path)
    {
        try
        {
            return Tree.Resolve(path);
        }
        catch (NodeForgeException)
        {
            return null;
        }
    }

    /// <summary>What lies at a path when all links are followed; null when nothing does.</summary>
    public RootfsEntry? At(string path)
    {
        RootfsEntry? entry = Found(path);
        for (int links = 0; entry?.Header is { Kind: TarEntryKind.HardLink, LinkTarget: { } target } && links < 8; links++)
            entry = Found(target);
        return entry;
    }

    private RootfsEntry? Found(string path) => Real(path) is { } real ? Tree.Find(real) : null;

    /// <summary>What is remembered of the file at a path.</summary>
    public FileFacts? Facts(string path) => At(path)?.Content as FileFacts;

    /// <summary>The text of a small file; null when it is not there, or was not kept.</summary>
    public string? Text(string path) => Facts(path)?.Bytes is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : null;

    /// <summary>The entries below a folder, whatever their depth.</summary>
    /// <param name="folder">With a slash at its end.</param>
    public IEnumerable<RootfsEntry> Below(string folder) =>
        Entries.Where(entry => entry.Header.Path.StartsWith(folder, StringComparison.Ordinal));

    /// <summary>A place in the image, for messages.</summary>
    public Location Where(string path) => new(Image.Name, Detail: "/" + path.TrimStart('/'));

    /// <summary>A place in the image that a layer brought, for messages.</summary>
    public Location Where(RootfsEntry entry) =>
        new(
            Image.Name,
            Detail: $"/{entry.Header.Path}, layer {entry.Layer + 1}{(Image.Layers[entry.Layer].Title is { } title ? $" ({title})" : "")}"
        );
}
