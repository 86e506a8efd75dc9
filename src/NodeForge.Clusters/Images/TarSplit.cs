using System.IO.Compression;
using System.Text;
using System.Text.Json;
using NodeForge.Oci.Content;

namespace NodeForge.Clusters.Images;

/// <summary>The record that Docker keeps of a layer's tar archive: all of it except the files' contents, so that the very archive can be
/// put together again.</summary>
/// <remarks>The format of github.com/vbatts/tar-split: a JSON object each line, of type 2 with bytes of the archive or of type 1 for a file
/// whose content follows there.</remarks>
internal static class TarSplit
{
    // A line has what lies between two files, or one file's header: 1 MiB of attributes at most, in base 64.
    private const int LongestLine = 16 << 20;

    /// <summary>Reads the pieces of an archive in order.</summary>
    /// <exception cref="InvalidDataException">It is of another format.</exception>
    public static IEnumerable<TarPiece> Read(ReadOnlyMemory<byte> gzip)
    {
        using MemoryStream compressed = new(gzip.ToArray(), writable: false);
        using GZipStream plain = new(compressed, CompressionMode.Decompress);
        using StreamReader lines = new(new LimitedLines(plain), Encoding.UTF8);
        while (lines.ReadLine() is { } line)
        {
            if (line.Length > 0)
                yield return Parse(line);
        }
    }

    /// <summary>How long the archive is, in bytes.</summary>
    public static long LengthOf(ReadOnlyMemory<byte> gzip) => Read(gzip).Sum(piece => piece.Bytes?.Length ?? piece.Size);

    private static TarPiece Parse(string line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            return root.GetProperty("type").GetInt32() switch
            {
                2 => new(root.TryGetProperty("payload", out JsonElement bytes) ? bytes.GetBytesFromBase64() : [], string.Empty, 0),
                1 => new(null, NameOf(root), root.TryGetProperty("size", out JsonElement size) ? size.GetInt64() : 0),
                int other => throw new InvalidDataException($"a piece of type {other}"),
            };
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException(wrong.Message, wrong);
        }
    }

    /// <summary>Ends where a line does not.</summary>
    private sealed class LimitedLines(Stream inner) : ReadOnlyStream
    {
        private long line;

        public override int Read(Span<byte> buffer)
        {
            int read = inner.Read(buffer);
            int newline = buffer[..read].LastIndexOf((byte)'\n');
            line = newline < 0 ? line + read : read - newline;
            return line <= LongestLine ? read : throw new InvalidDataException("a line of the record is too long");
        }
    }

    // Names that are no UTF-8 stand in a member of their own; such a file is found under no name, and the layer is read another way.
    private static string NameOf(JsonElement piece)
    {
        string name = piece.TryGetProperty("name", out JsonElement text) ? text.GetString() ?? string.Empty : string.Empty;
        while (name.StartsWith("./", StringComparison.Ordinal) || name.StartsWith('/'))
            name = name[(name[0] == '/' ? 1 : 2)..];
        return name.TrimEnd('/');
    }
}

/// <summary>A piece of an archive: bytes, or the content of a file.</summary>
internal readonly record struct TarPiece(byte[]? Bytes, string Name, long Size);
