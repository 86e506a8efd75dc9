using System.Text;
using NodeForge.Bundles.Format;
using NodeForge.Bundles.Reading;
using NodeForge.Oci;
using NodeForge.Oci.Content;

namespace NodeForge.Bundles.Updating;

/// <summary>What a bundle has, as a page of text: so little that it is carried back by hand, or typed from paper.</summary>
/// <param name="Name">What the bundle is called.</param>
/// <param name="Index">The digest of its index.</param>
public sealed record BundleInventory(string Name, Digest Index)
{
    private const string Title = "nodeforge inventory 1";
    private const int Digits = 16; // 64 bits: among a million blobs two are alike by chance once in 10^7 bundles
    private const int Columns = 6;
    private const int Longest = 4 << 20;

    private HashSet<string>? known;

    public static BundleInventory Of(BundleFile bundle) =>
        new(Path.GetFileName(bundle.Place), bundle.IndexDigest)
        {
            Blobs = [.. bundle.Index.Blobs.Select(blob => blob.Digest.Hex[..Digits])],
        };

    private IReadOnlyList<string> Blobs { get; init; } = [];

    internal bool Has(Digest blob) => (known ??= new(Blobs, StringComparer.Ordinal)).Contains(blob.Hex[..Digits]);

    public string ToText()
    {
        StringBuilder text = new();
        text.Append(Title).Append('\n').Append("bundle ").Append(Printable.Escape(Name)).Append('\n');
        text.Append("index ").Append(Index.ToString()).Append('\n');
        foreach (string[] line in Blobs.Chunk(Columns))
            text.AppendJoin(' ', line).Append('\n');
        string check = CheckOf(text.ToString());
        return text.Append("end ").Append(check).Append('\n').ToString();
    }

    /// <returns>Null for what does not begin as an inventory does.</returns>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.InventoryUnreadable"/>.</exception>
    internal static BundleInventory? TryRead(string path)
    {
        if (!File.Exists(path))
            return null;
        string text = AtomicFile.Guard(path, () => Head(path));
        if (!text.StartsWith(Title, StringComparison.Ordinal))
            return null;
        // Spaces at the ends of lines and other ends of lines come from editors and from printers.
        string[] lines = [.. text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0)];
        if (
            lines is not [Title, var name, var index, .. var listed, var end]
            || !name.StartsWith("bundle ", StringComparison.Ordinal)
            || !index.StartsWith("index ", StringComparison.Ordinal)
            || !end.StartsWith("end ", StringComparison.Ordinal)
            || !Digest.TryParse(index[6..], out Digest digest)
        )
            throw Unreadable(path, "the inventory lacks one of its lines", null, "the lines 'bundle', 'index' and 'end'");
        string check = CheckOf(string.Join('\n', lines[..^1]) + "\n");
        if (check != end[4..])
            throw Unreadable(path, "the inventory was copied with an error", check, end[4..]);
        return new(name[7..], digest) { Blobs = [.. listed.SelectMany(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))] };
    }

    private static string Head(string path)
    {
        using FileStream file = RegularFile.Open(path);
        byte[] bytes = new byte[(int)Math.Min(file.Length, Longest)];
        int length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return Encoding.UTF8.GetString(bytes, 0, length);
    }

    private static string CheckOf(string text) => Digest.Of(Encoding.UTF8.GetBytes(text)).Hex[..8];

    private static NodeForgeException Unreadable(string path, string what, string? got, string want) =>
        new(
            new Diagnostic(ErrorCodes.InventoryUnreadable, what)
            {
                Where = new(path),
                Got = got,
                Want = want,
                Hint = ErrorCodes.InventoryUnreadable.Remedy,
            }
        );
}
