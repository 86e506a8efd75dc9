using NodeForge.Oci;
using NodeForge.Oci.Compression;
using NodeForge.Oci.Tar;

namespace NodeForge.Verification.Examination;

/// <summary>A blob as it was found, be it in containerd's store or in an archive.</summary>
/// <param name="Digest">Of the bytes that are there.</param>
/// <param name="Size">How many they are.</param>
/// <param name="Document">The bytes of what may be a manifest, an index or a config; null for everything else.</param>
internal sealed record FoundBlob(Digest Digest, long Size, ReadOnlyMemory<byte>? Document)
{
    /// <summary>What its first bytes say; of blobs in archives alone, where no document does.</summary>
    public LayerCompression Compression { get; init; }
}

/// <summary>What is in an archive of images that a node imports at its first boot: the files by name, small ones whole.</summary>
/// <param name="Files">By path in the archive.</param>
/// <param name="Problem">Why the archive could not be read to its end; null when it could.</param>
internal sealed record ArchivedImages(IReadOnlyDictionary<string, FoundBlob> Files, Diagnostic? Problem)
{
    /// <summary>The longest document that is kept, in bytes: what registries take for a manifest.</summary>
    public const int LongestDocument = 4 << 20;

    private const int MostFiles = 10_000;

    /// <summary>Reads an archive to its end, as data.</summary>
    public static ArchivedImages Read(Stream archive, string name, KeptBytes budget, CancellationToken cancellationToken)
    {
        Dictionary<string, FoundBlob> files = new(StringComparer.Ordinal);
        Dictionary<string, string> links = new(StringComparer.Ordinal);
        try
        {
            using TarReader reader = new(archive, name, options: null, cancellationToken);
            byte[] buffer = new byte[1 << 17];
            while (reader.Read() is { } entry)
            {
                if (files.Count + links.Count >= MostFiles)
                    continue;
                if (entry is { Kind: TarEntryKind.SymbolicLink or TarEntryKind.HardLink, LinkTarget: { } target })
                    links[entry.Path] = entry.Kind == TarEntryKind.HardLink ? target : Beside(entry.Path, target);
                if (entry.Kind != TarEntryKind.File)
                    continue;
                files[entry.Path] = Take(reader.Content, entry.Size, buffer, budget);
            }
        }
        catch (NodeForgeException failure)
        {
            return new(files, failure.Diagnostics[0]);
        }

        // docker save writes a layer that two images share once, and links to it.
        foreach ((string path, string target) in links)
        {
            if (files.TryGetValue(target, out FoundBlob? file))
                files.TryAdd(path, file);
        }

        return new(files, null);
    }

    private static string Beside(string path, string target) =>
        Path.GetRelativePath("/", Path.Combine("/", Path.GetDirectoryName(path) ?? "", target));

    private static FoundBlob Take(Stream content, long size, byte[] buffer, KeptBytes budget)
    {
        using HashingReader hashed = new(content);
        int head = hashed.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        LayerCompression compression = Decompression.Detect(buffer.AsSpan(0, head));
        byte[]? document = null;
        if (head > 0 && buffer[0] is (byte)'{' or (byte)'[' && size <= LongestDocument)
        {
            document = budget.Rent((int)size);
            buffer.AsSpan(0, head).CopyTo(document);
            hashed.ReadAtLeast(document.AsSpan(head), document.Length - head, throwOnEndOfStream: false);
        }
        else
        {
            while (hashed.Read(buffer) > 0) { }
        }

        return new(hashed.Finish(), hashed.Count, document) { Compression = compression };
    }
}
