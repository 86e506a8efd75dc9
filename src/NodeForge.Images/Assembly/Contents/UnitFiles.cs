using System.Text;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Tar;

namespace NodeForge.Images.Assembly.Contents;

/// <summary>Finds unit files in a draft, else in the tree below it.</summary>
internal sealed class UnitFiles(LayerDraft draft, RootfsTree below)
{
    // systemd's own order of precedence (systemd.unit(5), table 1).
    private static readonly string[] Folders =
    [
        "etc/systemd/system",
        "usr/local/lib/systemd/system",
        "usr/lib/systemd/system",
        "lib/systemd/system",
    ];

    // systemd.unit(5): a line has at most 1 MiB; the largest unit of Debian has 3 KiB.
    private const long LongestUnit = 1 << 20;

    /// <summary>A unit's path in the image and its text; null when there is none.</summary>
    public (string Path, string Text)? Read(string unit)
    {
        // A template's instances share its file.
        int at = unit.IndexOf('@', StringComparison.Ordinal);
        string name = at < 0 ? unit : string.Concat(unit.AsSpan(0, at + 1), unit.AsSpan(unit.LastIndexOf('.')));
        foreach (string folder in Folders)
        {
            string path = below.Resolve($"{folder}/{name}");
            (TarEntry? header, LayerContent? content) = draft.Find(path) is { Content: not null } own
                ? (own.Header, own.Content)
                : (below.Find(path)?.Header, below.Find(path)?.Content);
            if (content is null)
                continue;
            if (header!.Size > LongestUnit)
                throw TooLong(path, header.Size);
            using StreamReader text = new(content.Open(), Encoding.UTF8);
            return (path, text.ReadToEnd());
        }

        return null;
    }

    private static NodeForgeException TooLong(string path, long size) =>
        new(
            new Diagnostic(ErrorCodes.ImageFileTooLong, "a unit of systemd is too long to be one")
            {
                Where = new("/" + path),
                Got = $"{size} bytes",
                Want = $"at most {LongestUnit}",
                Hint = "check where the base image comes from, or lay down a unit of your own in its place",
            }
        );
}
