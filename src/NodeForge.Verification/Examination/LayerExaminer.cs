using System.Diagnostics.CodeAnalysis;
using NodeForge.Oci;
using NodeForge.Oci.Compression;
using NodeForge.Oci.Content;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Tar;

namespace NodeForge.Verification.Examination;

/// <summary>Reads a layer once, to its end: its bytes against digest and size, what they unpack to against the diff ID, the archive in
/// that, and of its files what checks ask for.</summary>
internal sealed class LayerExaminer(Layer layer, KeptBytes budget, CancellationToken cancellationToken)
{
    private const int MostEntries = 1_000_000;
    private const long MostNames = 128L << 20; // letters
    private const int MostRepeated = 100;
    private readonly List<Diagnostic> problems = [];
    private readonly List<LayerEntry> entries = [];
    private int rootMode = -1;

    public async Task<ExaminedLayer> RunAsync()
    {
        try
        {
            Stream raw = await layer.OpenRawAsync(cancellationToken).ConfigureAwait(false);
            return Examine(raw);
        }
        catch (NodeForgeException failure) when (!failure.Is(ErrorCodes.ImageTreeTooLarge))
        {
            problems.AddRange(failure.Diagnostics);
            return new(layer, null, 0, entries, problems, rootMode);
        }
    }

    /// <summary>Reads what is said of a layer whose bytes are believed, because who asks has written them: a plain one is passed over where
    /// nothing is wanted of a file.</summary>
    public async Task<ExaminedLayer> OutlineAsync()
    {
        Stream raw = await layer.OpenRawAsync(cancellationToken).ConfigureAwait(false);
        await using (raw.ConfigureAwait(false))
        {
            LayerCompression? stated = Decompression.OfMediaType(layer.Descriptor.MediaType);
            if (stated == LayerCompression.None)
            {
                ReadEntries(raw, new FileOutline(budget, cancellationToken).Look); // not through a decoder: a file is passed over, not read
            }
            else
            {
                using Stream plain = Decompression.Open(raw, layer.Where.ToString(), stated);
                ReadEntries(plain, new FileOutline(budget, cancellationToken).Look);
            }
        }

        return new(layer, layer.DiffId, 0, entries, problems, rootMode);
    }

    [SuppressMessage(
        "Reliability",
        "CA2000",
        Justification = "The decoder is disposed of with the stream that hashes it, and owns nothing of what it reads."
    )]
    private ExaminedLayer Examine(Stream raw)
    {
        // On a thread of its own: the next bytes are read and hashed while these are looked at.
        using HashingReader rawHash = new(raw);
        using ReadAheadStream ahead = new(rawHash);
        LayerCompression? stated = Decompression.OfMediaType(layer.Descriptor.MediaType);
        NodeForgeException? unreadable = null;
        HashingReader? plainHash = null;
        try
        {
            Stream plain = Decompression.Open(new Unowned(ahead), layer.Where.ToString(), stated);
            if (stated != LayerCompression.None)
                plain = plainHash = new(plain);
            ReadEntries(plain, new FileProbe(budget, cancellationToken).Look);
            Drain(plain);
        }
        catch (NodeForgeException failure) when (!failure.Is(ErrorCodes.ImageTreeTooLarge))
        {
            unreadable = failure;
        }

        Drain(ahead);
        Digest digest = rawHash.Finish();
        bool sound = CheckBytes(digest, rawHash.Count);
        Digest? diffId = unreadable is null ? plainHash?.Finish() ?? digest : null;
        long unpacked = plainHash?.Count ?? rawHash.Count;
        plainHash?.Dispose();
        // Wrong bytes are wrong for one reason; that they are no archive either says nothing more.
        if (sound && unreadable is not null)
            problems.Add(Unreadable(unreadable.Diagnostics[0]));
        else if (sound && diffId != layer.DiffId)
            problems.Add(
                new(ErrorCodes.DiffIdMismatch, "the layer unpacks to something else than the image config says")
                {
                    Where = layer.Where,
                    Got = diffId.ToString(),
                    Want = layer.DiffId.ToString(),
                    Hint = ErrorCodes.DiffIdMismatch.Remedy,
                }
            );
        return new(layer, diffId, unpacked, entries, problems, rootMode);
    }

    private bool CheckBytes(Digest digest, long count)
    {
        if (count != layer.Descriptor.Size)
            problems.Add(
                new(ErrorCodes.ImageBlobMismatch, "the layer does not have the size that the manifest names")
                {
                    Where = layer.Where,
                    Got = $"{count} bytes",
                    Want = $"{layer.Descriptor.Size} bytes",
                    Hint = ErrorCodes.ImageBlobMismatch.Remedy,
                }
            );
        else if (digest != layer.Descriptor.Digest)
            problems.Add(
                new(ErrorCodes.ImageBlobMismatch, "the layer is not what its name says")
                {
                    Where = layer.Where,
                    Got = digest.ToString(),
                    Want = layer.Descriptor.Digest.ToString(),
                    Hint = ErrorCodes.ImageBlobMismatch.Remedy,
                }
            );
        return problems.All(static problem => problem.Code != ErrorCodes.ImageBlobMismatch);
    }

    private Diagnostic Unreadable(Diagnostic problem) =>
        problem with
        {
            Code = problem.Code == ErrorCodes.CompressionMismatch ? ErrorCodes.LayerMediaTypeMismatch : problem.Code,
            Where = layer.Where with { Detail = string.Join(", ", new[] { layer.Where.Detail, problem.Where?.Detail }.OfType<string>()) },
        };

    private void ReadEntries(Stream plain, Func<TarEntry, Stream, FileFacts?> look)
    {
        HashSet<string> paths = new(StringComparer.Ordinal);
        long names = 0;
        int repeated = 0;
        using TarReader reader = new(plain, layer.Where.ToString(), options: null, cancellationToken);
        while (reader.Read() is { } entry)
        {
            names += entry.Path.Length + (entry.LinkTarget?.Length ?? 0);
            if (names > MostNames || entries.Count >= MostEntries)
                throw new NodeForgeException(
                    new Diagnostic(
                        ErrorCodes.ImageTreeTooLarge,
                        $"the layer has more than {MostEntries} entries, or {MostNames} letters of names"
                    )
                    {
                        Where = layer.Where,
                        Hint = ErrorCodes.ImageTreeTooLarge.Remedy,
                    }
                );
            if (entry.Path.Length == 0)
                rootMode = entry.Mode;
            if (!paths.Add(entry.Path) && ++repeated <= MostRepeated)
                problems.Add(
                    new(ErrorCodes.LayerPathRepeated, "the layer has two entries of one path")
                    {
                        Where = layer.Where with { Detail = $"entry {reader.EntryNumber}, '{entry.Path}'" },
                        Hint = ErrorCodes.LayerPathRepeated.Remedy,
                    }
                );
            entries.Add(new(entry, entry.Kind == TarEntryKind.File ? look(entry, reader.Content) : null));
        }
    }

    private void Drain(Stream rest)
    {
        byte[] buffer = new byte[1 << 17];
        while (rest.Read(buffer) > 0)
            cancellationToken.ThrowIfCancellationRequested();
    }

    // A decoder disposes of what it reads; what it leaves unread still belongs to the digest.
    private sealed class Unowned(Stream inner) : ReadOnlyStream
    {
        public override int Read(Span<byte> buffer) => inner.Read(buffer);
    }
}
