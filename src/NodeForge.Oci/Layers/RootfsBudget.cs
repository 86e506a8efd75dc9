using NodeForge.Oci.Tar;

namespace NodeForge.Oci.Layers;

/// <summary>What a tree of layers may hold and cost: this machine's memory and time are bounded by us, not by the image.</summary>
internal sealed class RootfsBudget
{
    /// <summary>Names that are put into the tree, replaced ones counted too. The largest images of the field have 400,000 files.</summary>
    public int MostNames { get; init; } = 600_000;

    /// <summary>Bytes that names, paths, link targets and extended attributes take together.</summary>
    public long MostBytes { get; init; } = 256L << 20;

    /// <summary>Names that are looked at while links are followed and whiteouts applied; an image of 400,000 files takes five
    /// million.</summary>
    public long MostSteps { get; init; } = 200_000_000;

    /// <summary>What messages call the layer that is read.</summary>
    public string Layer { get; set; } = "";

    // What a name costs here beside its text: a node, an entry, a header, a place in its folder's table.
    private const int NameCost = 400;

    private int names;
    private long bytes;
    private long steps;

    public void Keep(TarEntry entry)
    {
        bytes += NameCost + (sizeof(char) * (entry.Path.Length + (entry.LinkTarget?.Length ?? 0)));
        foreach ((string name, byte[] value) in entry.ExtendedAttributes)
            bytes += name.Length + value.Length;
        if (++names > MostNames)
            throw TooMuch("more files than are held in memory", $"more than {MostNames}", $"at most {MostNames}");
        if (bytes > MostBytes)
            throw TooMuch("more names and attributes than are held in memory", $"more than {MostBytes} bytes", $"at most {MostBytes}");
    }

    public void Step()
    {
        if (++steps > MostSteps)
            throw TooMuch("links and whiteouts that take too long to follow", $"more than {MostSteps} steps", $"at most {MostSteps}");
    }

    public void CheckDepth(int depth)
    {
        if (depth > TarPath.DeepestPath)
            throw TooMuch("a path that is too deep", $"more than {TarPath.DeepestPath} parts", $"at most {TarPath.DeepestPath}");
    }

    private NodeForgeException TooMuch(string what, string got, string want) =>
        new(
            new Diagnostic(ErrorCodes.ImageTreeTooLarge, "the image has " + what)
            {
                Where = new(Layer),
                Got = got,
                Want = want,
                Hint = "do not trust the image; get it from a source that you trust, or have it made with fewer files",
            }
        );
}
