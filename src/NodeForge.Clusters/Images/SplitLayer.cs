using NodeForge.Oci.Content;
using NodeForge.Oci.Tar;

namespace NodeForge.Clusters.Images;

/// <summary>A layer's archive, put together again: what lies between the files from Docker's record of it, the files from the layer's
/// folder.</summary>
/// <remarks>Reading fails with an <see cref="InvalidDataException"/> where record and folder do not belong together.</remarks>
internal sealed class SplitLayer : ReadOnlyStream
{
    private readonly Dictionary<string, (long Offset, long Size)> early = new(StringComparer.Ordinal);
    private readonly HashSet<string> wanted;
    private readonly IEnumerator<TarPiece> pieces;
    private readonly Stream folder;
    private readonly TarReader reader;
    private readonly FileStream spool;
    private Stream piece = Null;
    private long left;

    /// <param name="record">Docker's, as it keeps it.</param>
    /// <param name="folder">An archive of the layer's folder; disposed with this.</param>
    /// <param name="scratch">A folder for files that come in another order.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public SplitLayer(ReadOnlyMemory<byte> record, Stream folder, string scratch, CancellationToken cancellationToken)
    {
        this.folder = folder;
        wanted = [.. TarSplit.Read(record).Where(piece => piece is { Bytes: null, Size: > 0 }).Select(piece => piece.Name)];
        pieces = TarSplit.Read(record).GetEnumerator();
        reader = new(folder, "layer", options: null, cancellationToken);
        spool = new(
            Path.Combine(scratch, Path.GetRandomFileName()),
            new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.ReadWrite,
                Options = FileOptions.DeleteOnClose,
            }
        );
    }

    public override int Read(Span<byte> buffer)
    {
        while (left == 0)
        {
            if (!pieces.MoveNext())
                return 0;
            TarPiece next = pieces.Current;
            if (next.Bytes is { } bytes)
                (piece, left) = (new MemoryStream(bytes, writable: false), bytes.Length);
            else if (next.Size > 0)
                (piece, left) = (Find(next), next.Size);
        }

        if (buffer.IsEmpty)
            return 0;
        int count = piece.Read(buffer[..(int)Math.Min(left, buffer.Length)]);
        left -= count;
        return count > 0 ? count : throw new InvalidDataException("a file ended early");
    }

    // The engine walks the folder by name; the layer's archive may have had another order. What comes too early waits in the spool.
    private Stream Find(TarPiece file)
    {
        if (early.Remove(file.Name, out (long Offset, long Size) waiting))
        {
            Check(file, waiting.Size);
            spool.Position = waiting.Offset;
            return spool;
        }

        while (reader.Read() is { } entry)
        {
            // "3/usr/bin/env": the folder's own name comes first.
            string name = entry.Path[(entry.Path.IndexOf('/', StringComparison.Ordinal) + 1)..];
            if (entry.Kind != TarEntryKind.File || !wanted.Contains(name))
                continue;
            if (name == file.Name)
            {
                Check(file, entry.Size);
                return reader.Content;
            }

            spool.Position = spool.Length;
            early[name] = (spool.Position, entry.Size);
            reader.Content.CopyTo(spool, 1 << 16);
        }

        throw new InvalidDataException($"{file.Name} is not in the layer's folder");
    }

    private static void Check(TarPiece file, long size)
    {
        if (size != file.Size)
            throw new InvalidDataException($"{file.Name} has {size} bytes, not {file.Size}");
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            piece.Dispose();
            pieces.Dispose();
            reader.Dispose();
            spool.Dispose();
            folder.Dispose();
        }

        base.Dispose(disposing);
    }
}
