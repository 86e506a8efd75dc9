using NodeForge.Oci.Content;
using NodeForge.Oci.Layers;

namespace NodeForge.Oci.Layouts;

/// <summary>Where the files of an image archive are. Its headers are read once, its contents where and when they are wanted.</summary>
internal sealed class ArchiveIndex
{
    // An image has some hundred layers at most; a bundle of images some thousand files.
    private const int MostEntries = 200_000;
    private readonly Dictionary<string, ArchiveIndexEntry> files = new(StringComparer.Ordinal);

    private ArchiveIndex(string path) => Path = path;

    public string Path { get; }

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.NotAnImageArchive"/>, <see cref="ErrorCodes.ImageArchiveEntryRefused"/>, and the errors of <see cref="TarReader"/>.</exception>
    public static ArchiveIndex Read(string path, CancellationToken cancellationToken)
    {
        ArchiveIndex index = new(System.IO.Path.GetFullPath(path));
        using FileStream file = AtomicFile.Guard(path, () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0));
        index.CheckPlain(file);
        using TarReader reader = new(file, path);
        while (reader.Read() is { } entry)
        {
            cancellationToken.ThrowIfCancellationRequested();
            index.Add(entry, reader);
        }

        return index;
    }

    public ArchiveIndexEntry? Find(string path) => files.GetValueOrDefault(path);

    public FileSlice Open(ArchiveIndexEntry entry) => new(Path, entry.Offset, entry.Size);

    /// <summary>A small file of the archive; null when it is not there.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.InvalidImageDocument"/>: it is too long.</exception>
    public byte[]? ReadSmall(string path)
    {
        if (Find(path) is not { LinkTarget: null } entry)
            return null;
        if (entry.Size > ImageDocument.MaxBytes)
            throw new NodeForgeException(new Diagnostic(ErrorCodes.InvalidImageDocument, $"the document is longer than {ImageDocument.MaxBytes} bytes") { Where = new(Path, Detail: path), Got = $"{entry.Size} bytes" });
        byte[] bytes = new byte[entry.Size];
        using FileSlice content = Open(entry);
        content.ReadExactly(bytes);
        return bytes;
    }

    private void CheckPlain(FileStream file)
    {
        byte[] head = new byte[6];
        int length = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        file.Position = 0;
        LayerCompression found = Decompression.Detect(head.AsSpan(0, length));
        if (found != LayerCompression.None)
        {
            string program = found switch { LayerCompression.Gzip => "gunzip", LayerCompression.Zstd => "unzstd", _ => "unxz" };
            throw new NodeForgeException(new Diagnostic(ErrorCodes.NotAnImageArchive, "the archive is compressed as a whole, and its blobs cannot be reached one by one")
            {
                Where = new(Path),
                Got = found.ToString().ToLowerInvariant(),
                Mend = $"unpack it first: {program} --keep FILE",
            });
        }
    }

    private void Add(TarEntry entry, TarReader reader)
    {
        if (entry.Kind == TarEntryKind.Directory)
            return;
        if (entry.Kind is not (TarEntryKind.File or TarEntryKind.SymbolicLink or TarEntryKind.HardLink))
            throw Refuse(entry.Path, reader.EntryNumber, "an image archive holds files and links, nothing else", entry.Kind.ToString());
        if (files.Count >= MostEntries)
            throw Refuse(entry.Path, reader.EntryNumber, $"the archive has more than {MostEntries} files", null);
        if (!files.TryAdd(entry.Path, new(entry.Path, reader.EntryNumber, reader.ContentOffset, entry.Size, entry.Kind == TarEntryKind.File ? null : Target(entry))))
            throw Refuse(entry.Path, reader.EntryNumber, $"the archive has a file twice; the first is entry {files[entry.Path].Number}", null);
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

    public NodeForgeException Refuse(string name, int? number, string what, string? got) => new(new Diagnostic(ErrorCodes.ImageArchiveEntryRefused, what)
    {
        Where = new(Path, Detail: number is null ? $"'{name}'" : $"entry {number}, '{name}'"),
        Got = got,
        Mend = "get the archive from a source that you trust",
    });
}

/// <param name="Path">Relative, no <c>..</c> in it.</param>
/// <param name="Number">1-based place in the archive.</param>
/// <param name="Offset">First byte of the content in the archive.</param>
/// <param name="Size">Bytes of content.</param>
/// <param name="LinkTarget">Null for a file; for a link the path in the archive that it leads to.</param>
internal sealed record ArchiveIndexEntry(string Path, int Number, long Offset, long Size, string? LinkTarget);
