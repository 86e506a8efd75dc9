using NodeForge.Oci;
using NodeForge.Oci.Content;
using NodeForge.Oci.Layers;

namespace NodeForge.Clusters.Images;

/// <summary>Puts a layer's archive together again: what lies between the files from Docker's record of it, the files from the layer's folder.</summary>
internal sealed class SplitLayer(ReadOnlyMemory<byte> record, Stream folder, string scratch)
{
    private readonly Dictionary<string, (long Offset, long Size)> early = new(StringComparer.Ordinal);
    private readonly HashSet<string> wanted = [.. TarSplit.Read(record).Where(piece => piece is { Bytes: null, Size: > 0 }).Select(piece => piece.Name)];

    /// <summary>Writes the archive.</summary>
    /// <returns>The digest of what was written.</returns>
    /// <exception cref="InvalidDataException">Record and folder do not belong together.</exception>
    public Digest Write(Stream output, CancellationToken cancellationToken)
    {
        using HashingStream hashing = new(output);
        using TarReader reader = new(folder, "layer", options: null, cancellationToken);
        using FileStream spool = new(Path.Combine(scratch, Path.GetRandomFileName()), new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Options = FileOptions.DeleteOnClose });
        foreach (TarPiece piece in TarSplit.Read(record))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (piece.Bytes is { } bytes)
                hashing.Write(bytes);
            else if (piece.Size > 0)
                WriteFile(piece, reader, spool, hashing, cancellationToken);
        }

        return hashing.Finish();
    }

    // The engine walks the folder by name; the layer's archive may have had another order. What comes too early waits in the spool.
    private void WriteFile(TarPiece file, TarReader reader, FileStream spool, Stream output, CancellationToken cancellationToken)
    {
        if (early.Remove(file.Name, out (long Offset, long Size) waiting))
        {
            spool.Position = waiting.Offset;
            Copy(spool, output, Expected(file, waiting.Size), cancellationToken);
            return;
        }

        while (reader.Read() is { } entry)
        {
            // "3/usr/bin/env": the folder's own name comes first.
            string name = entry.Path[(entry.Path.IndexOf('/', StringComparison.Ordinal) + 1)..];
            if (entry.Kind != TarEntryKind.File || !wanted.Contains(name))
                continue;
            if (name == file.Name)
            {
                Copy(reader.Content, output, Expected(file, entry.Size), cancellationToken);
                return;
            }

            spool.Position = spool.Length;
            early[name] = (spool.Position, entry.Size);
            Copy(reader.Content, spool, entry.Size, cancellationToken);
        }

        throw new InvalidDataException($"{file.Name} is not in the layer's folder");
    }

    private static long Expected(TarPiece file, long size) => size == file.Size ? size : throw new InvalidDataException($"{file.Name} has {size} bytes, not {file.Size}");

    private static void Copy(Stream from, Stream to, long size, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[1 << 16];
        for (long left = size; left > 0;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = from.Read(buffer, 0, (int)Math.Min(left, buffer.Length));
            if (count == 0)
                throw new InvalidDataException("a file ended early");
            to.Write(buffer, 0, count);
            left -= count;
        }
    }
}
