using NodeForge.Oci.Compression;
using NodeForge.Oci.Tar;

namespace NodeForge.Oci.Layers;

/// <summary>Writes layers so that the same entries give the same bytes, whatever their order, the clock, the machine or the version of
/// .NET.</summary>
/// <remarks>
/// The profile: ustar, and PAX records only for what does not fit; entries sorted by the bytes of their names; no root entry, no <c>./</c>;
/// directories end in a slash;
/// whole seconds, none later than the epoch; owners by number only; the first name of a hard-linked file carries the bytes; two zero blocks
/// at the end.
/// </remarks>
public static class LayerWriter
{
    /// <summary>Writes an uncompressed layer.</summary>
    /// <param name="entries">In any order; no path twice; a hard link's file among them.</param>
    /// <param name="output">Takes the bytes in large pieces; stays open.</param>
    /// <param name="epoch">The latest time that an entry may have, in seconds since 1970.</param>
    /// <param name="cancellationToken">Stops between two pieces.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.LayerEntryInvalid"/>, <see cref="ErrorCodes.LayerPathTwice"/> before
    /// anything is written;
    /// <see cref="ErrorCodes.LayerContentChanged"/> when a file is not as long as its entry says.</exception>
    public static void Write(IReadOnlyList<LayerEntry> entries, Stream output, long epoch, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<OrderedEntry> ordered = LayerOrder.Arrange(entries);
        using TarOutput tar = new(output);
        foreach (OrderedEntry entry in ordered)
        {
            cancellationToken.ThrowIfCancellationRequested();
            TarHeaderWriter.Write(tar, entry, epoch);
            tar.Append(entry, cancellationToken);
        }

        tar.AppendEnd();
    }

    /// <summary>What <see cref="Write"/> would write, as a content that is read when it is wanted.</summary>
    /// <returns>The content and its length in bytes.</returns>
    /// <exception cref="NodeForgeException">As <see cref="Write"/>, but for contents that change: who writes the result finds
    /// those.</exception>
    public static (JoinedContent Content, long Length) Join(IReadOnlyList<LayerEntry> entries, long epoch)
    {
        List<LayerContent> parts = [];
        long length = 0;
        using MemoryStream headers = new();
        foreach (OrderedEntry entry in LayerOrder.Arrange(entries))
        {
            using (TarOutput tar = new(headers))
            {
                TarHeaderWriter.Write(tar, entry, epoch);
                tar.Flush();
            }

            if (entry.Content is null)
                continue;
            parts.Add(new InlineContent(headers.ToArray()));
            parts.Add(entry.Content);
            length += headers.Length + entry.Header.Size;
            headers.SetLength(TarBlock.Padding(entry.Header.Size)); // what follows a content goes before the next header
            headers.GetBuffer().AsSpan(0, (int)headers.Length).Clear();
            headers.Position = headers.Length;
        }

        headers.Write(new byte[2 * TarBlock.Size]);
        parts.Add(new InlineContent(headers.ToArray()));
        return (new(parts), length + headers.Length);
    }

    /// <summary>Writes a layer into the store in one pass: plain bytes to the diff ID, through the encoder, to the digest and the
    /// disk.</summary>
    /// <param name="entries">As for <see cref="Write"/>.</param>
    /// <param name="store">Where the blob goes.</param>
    /// <param name="encoding">How the blob is compressed. Without compression the bytes are hashed once: the digest is the diff ID.</param>
    /// <param name="epoch">The latest time that an entry may have, in seconds since 1970.</param>
    /// <param name="cancellationToken">Stops between two pieces; nothing remains then.</param>
    public static LayerBlob WriteToStore(
        IReadOnlyList<LayerEntry> entries,
        BlobStore store,
        LayerEncoding encoding,
        long epoch,
        CancellationToken cancellationToken = default
    )
    {
        using BlobIngest ingest = store.BeginIngest();
        Digest? diffId = null;
        if (encoding.Compression == LayerCompression.None)
            Write(entries, ingest, epoch, cancellationToken);
        else
            diffId = WriteEncoded(entries, ingest, encoding, epoch, cancellationToken);
        Descriptor descriptor = ingest.Commit() with { MediaType = encoding.MediaType };
        return new(descriptor, diffId ?? descriptor.Digest) { Encoding = encoding.Name };
    }

    private static Digest WriteEncoded(
        IReadOnlyList<LayerEntry> entries,
        BlobIngest ingest,
        LayerEncoding encoding,
        long epoch,
        CancellationToken cancellationToken
    )
    {
        using Stream encoder = encoding.Encode(ingest);
        using HashingStream plain = new(encoder);
        Write(entries, plain, epoch, cancellationToken);
        return plain.Finish();
    }
}
