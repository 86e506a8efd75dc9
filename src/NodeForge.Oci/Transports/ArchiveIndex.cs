using System.Text.Unicode;
using NodeForge.Oci.Compression;
using NodeForge.Oci.Content;
using NodeForge.Oci.Tar;

namespace NodeForge.Oci.Transports;

/// <summary>Where the files of an image archive are: in the archive, read where and when they are wanted, or in a store that took them as
/// the archive came by.</summary>
internal sealed class ArchiveIndex
{
    // An image has some hundred layers at most; a bundle of images some thousand files.
    private const int MostEntries = 200_000;

    // Letters of all their names and link targets.
    private const int MostNames = 32 << 20;

    // Documents are small; they are looked at before anybody knows whether the store shall have them.
    private const int LargestKept = 64 << 10;
    private const int MostKept = 4 << 20;
    private readonly Dictionary<string, ArchiveIndexEntry> files = new(StringComparer.Ordinal);
    private readonly BlobStore? taken;
    private int kept;
    private long names;

    private ArchiveIndex(string path, BlobStore? taken)
    {
        Path = path;
        this.taken = taken;
    }

    /// <summary>The archive's file, or what messages call it.</summary>
    public string Path { get; }

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.NotAnImageArchive"/>, <see cref="ErrorCodes.ImageArchiveEntryRefused"/>,
    /// <see cref="ErrorCodes.PathNotUsable"/>, and the errors of <see cref="TarReader"/>.</exception>
    public static ArchiveIndex Read(string path, CancellationToken cancellationToken)
    {
        ArchiveIndex index = new(System.IO.Path.GetFullPath(path), taken: null);
        using FileStream file = RegularFile.Open(path);
        byte[] head = HeadOf(file);
        file.Position = 0;
        index.AddAll(file, head, path, cancellationToken); // seekable, so that contents are passed over
        return index;
    }

    /// <summary>Refuses a file that begins neither as an archive nor as a packed one.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.NotAnImageArchive"/>, <see cref="ErrorCodes.PathNotUsable"/>.</exception>
    public static void CheckHead(string path)
    {
        using FileStream file = RegularFile.Open(path);
        byte[] head = HeadOf(file);
        if (Decompression.Detect(head) == LayerCompression.None)
            new ArchiveIndex(System.IO.Path.GetFullPath(path), taken: null).CheckTar(head);
    }

    private static byte[] HeadOf(FileStream file)
    {
        byte[] head = new byte[TarBlock.Size];
        return head[..file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)];
    }

    /// <summary>Reads an archive once, from first to last byte; its files go into a store as they come, whether an image will want them or
    /// not.</summary>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="NodeForgeException">As <see cref="Read"/>.</exception>
    public static ArchiveIndex Take(Stream content, string name, BlobStore store, CancellationToken cancellationToken)
    {
        ArchiveIndex index = new(name, store);
        using PeekedStream archive = new(content, TarBlock.Size);
        index.AddAll(archive, archive.Head, name, cancellationToken);
        return index;
    }

    public ArchiveIndexEntry? Find(string path) => files.GetValueOrDefault(path);

    /// <returns>Seekable.</returns>
    public Stream Open(ArchiveIndexEntry entry) =>
        entry switch
        {
            { Bytes: { } bytes } => new MemoryStream(bytes, writable: false),
            { Blob: { } blob } => taken!.OpenRead(blob),
            _ => new FileSlice(Path, entry.Offset, entry.Size),
        };

    /// <summary>A small file of the archive; null when it is not there.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.InvalidImageDocument"/>: it is too long.</exception>
    public byte[]? ReadSmall(string path)
    {
        if (Find(path) is not { LinkTarget: null } entry)
            return null;
        if (entry.Size > ImageDocument.MaxBytes)
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.InvalidImageDocument, $"the document is longer than {ImageDocument.MaxBytes} bytes")
                {
                    Where = new(Path, Detail: path),
                    Got = $"{entry.Size} bytes",
                }
            );
        byte[] bytes = new byte[entry.Size];
        using Stream content = Open(entry);
        content.ReadExactly(bytes);
        return bytes;
    }

    private void AddAll(Stream archive, ReadOnlySpan<byte> head, string name, CancellationToken cancellationToken)
    {
        CheckTar(head);
        using TarReader reader = new(archive, name, options: null, cancellationToken);
        while (reader.Read() is { } entry)
            Add(entry, reader);
    }

    private void CheckTar(ReadOnlySpan<byte> head)
    {
        CheckPlain(head);
        if (!TarHeaderReader.IsOne(head))
            throw NoArchive(head);
    }

    private void CheckPlain(ReadOnlySpan<byte> head)
    {
        LayerCompression found = Decompression.Detect(head);
        // bzip2's header and the beginning of its first block's; no layer may be of it, so that it is known here alone.
        bool bzip2 = head is [(byte)'B', (byte)'Z', (byte)'h', >= (byte)'1' and <= (byte)'9', 0x31, 0x41, ..];
        if (found != LayerCompression.None || bzip2)
        {
            string program = found switch
            {
                LayerCompression.None => "bunzip2",
                LayerCompression.Gzip => "gunzip",
                LayerCompression.Zstd => "unzstd",
                _ => "unxz",
            };
            throw new NodeForgeException(
                new Diagnostic(
                    ErrorCodes.NotAnImageArchive,
                    "the archive is compressed as a whole, and its blobs cannot be reached one by one"
                )
                {
                    Where = new(Path),
                    Got = bzip2 ? "bzip2" : found.ToString().ToLowerInvariant(),
                    Hint = $"unpack it first: {program} --keep FILE",
                }
            );
        }
    }

    // Its content is not told: who names the wrong file may have named one of secrets.
    private NodeForgeException NoArchive(ReadOnlySpan<byte> head) =>
        new(
            new Diagnostic(ErrorCodes.NotAnImageArchive, "this is no image archive")
            {
                Where = new(Path),
                Got =
                    head.IsEmpty ? "an empty file"
                    : head.StartsWith("PK"u8) ? "a zip archive"
                    : IsText(head) ? "text"
                    : $"a file that begins with the bytes {Convert.ToHexStringLower(head[..Math.Min(4, head.Length)])}",
                Want = "a tar archive with the files of images in it",
                Hint = ErrorCodes.NotAnImageArchive.Remedy,
            }
        );

    // No byte that no text has, and UTF-8 but for a letter that the head's end cuts.
    private static bool IsText(ReadOnlySpan<byte> head)
    {
        if (head.ContainsAnyInRange((byte)0, (byte)8) || head.ContainsAnyInRange((byte)0x0e, (byte)0x1a))
            return false;
        for (int cut = 0; cut < Math.Min(4, head.Length); cut++)
        {
            if (Utf8.IsValid(head[..^cut]))
                return true;
        }

        return false;
    }

    private void Add(TarEntry entry, TarReader reader)
    {
        if (entry.Kind == TarEntryKind.Directory)
            return;
        if (entry.Kind is not (TarEntryKind.File or TarEntryKind.SymbolicLink or TarEntryKind.HardLink))
            throw Refuse(entry.Path, reader.EntryNumber, "an image archive holds files and links, nothing else", entry.Kind.ToString());
        if (files.Count >= MostEntries)
            throw Refuse(entry.Path, reader.EntryNumber, $"the archive has more than {MostEntries} files", null);
        names += entry.Path.Length + (entry.LinkTarget?.Length ?? 0);
        if (names > MostNames)
            throw Refuse(entry.Path, reader.EntryNumber, $"the names in the archive have more than {MostNames} letters together", null);
        ArchiveIndexEntry file = new(
            entry.Path,
            reader.EntryNumber,
            reader.ContentOffset,
            entry.Size,
            entry.Kind == TarEntryKind.File ? null : Target(entry)
        );
        if (!files.TryAdd(entry.Path, file))
            throw Refuse(
                entry.Path,
                reader.EntryNumber,
                $"the archive has a file twice; the first is entry {files[entry.Path].Number}",
                null
            );
        if (taken is not null && file.LinkTarget is null)
            files[entry.Path] = Take(file, reader.Content, taken);
    }

    private ArchiveIndexEntry Take(ArchiveIndexEntry file, Stream content, BlobStore store)
    {
        if (file.Size <= Math.Min(LargestKept, MostKept - kept))
        {
            byte[] bytes = new byte[file.Size];
            content.ReadExactly(bytes);
            kept += bytes.Length;
            return file with { Bytes = bytes };
        }

        using BlobIngest ingest = store.BeginIngest(file.Size);
        content.CopyTo(ingest, 1 << 20);
        return file with { Blob = ingest.Commit().Digest };
    }

    // Hard links name a path of the archive; symbolic ones a path from where they are. What leads out keeps its text and is found nowhere.
    private static string Target(TarEntry entry)
    {
        if (entry.Kind == TarEntryKind.HardLink || entry.LinkTarget!.StartsWith('/'))
            return entry.LinkTarget!;
        List<string> parts = [.. entry.Path.Split('/')[..^1]];
        foreach (string part in entry.LinkTarget.Split('/'))
        {
            if (part == "..")
            {
                if (parts.Count == 0)
                    return entry.LinkTarget;
                parts.RemoveAt(parts.Count - 1);
            }
            else if (part is not ("" or "."))
                parts.Add(part);
        }

        return string.Join('/', parts);
    }

    public NodeForgeException Refuse(string name, int? number, string what, string? got) =>
        new(
            new Diagnostic(ErrorCodes.ImageArchiveEntryRefused, what)
            {
                Where = new(Path, Detail: number is null ? $"'{name}'" : $"entry {number}, '{name}'"),
                Got = got,
                Hint = "get the archive from a source that you trust",
            }
        );
}

/// <param name="Path">Relative, no <c>..</c> in it.</param>
/// <param name="Number">1-based place in the archive.</param>
/// <param name="Offset">First byte of the content in the archive.</param>
/// <param name="Size">Bytes of content.</param>
/// <param name="LinkTarget">Null for a file; for a link the path in the archive that it leads to.</param>
internal sealed record ArchiveIndexEntry(string Path, int Number, long Offset, long Size, string? LinkTarget)
{
    /// <summary>The content's digest, where a store has taken it; null otherwise.</summary>
    public Digest? Blob { get; init; }

    /// <summary>The content, where it was small; null otherwise.</summary>
    public byte[]? Bytes { get; init; }
}
