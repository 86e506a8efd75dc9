using System.Text;
using NodeForge.Oci.Tar;

namespace NodeForge.Verification.Examination;

/// <summary>Looks at a file's content while it comes by.</summary>
internal sealed class FileProbe(KeptBytes budget, CancellationToken cancellationToken)
{
    private const int LongestFirstLine = 512;
    private readonly byte[] buffer = new byte[1 << 17];

    /// <returns>Null for a file of which there is nothing to remember.</returns>
    public FileFacts? Look(TarEntry entry, Stream content)
    {
        FileInterest interest = FileInterest.Of(entry.Path);
        if (interest.Archive)
            return new() { Archive = ArchivedImages.Read(content, entry.Path, budget, cancellationToken) };
        if (entry.Size == 0)
            return interest == FileInterest.None
                ? null
                : new() { Bytes = ReadOnlyMemory<byte>.Empty, Digest = interest.Hash ? Oci.Digest.Of([]) : null };
        using HashingReader? hashed = interest.Hash ? new(content) : null;
        Stream source = hashed ?? content;
        int head = source.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        FileFacts facts = new()
        {
            Elf = ElfHeader.Read(buffer.AsSpan(0, head)),
            Interpreter = ScriptInterpreter(buffer.AsSpan(0, Math.Min(head, LongestFirstLine))),
            IsPrivateKey = BeginsPrivateKey(buffer.AsSpan(0, Math.Min(head, LongestFirstLine))),
        };
        facts = Rest(facts, interest, entry, source, head);
        if (hashed is not null)
            facts = facts with { Digest = hashed.Finish() };
        return facts == Nothing ? null : facts;
    }

    private static readonly FileFacts Nothing = new();

    private FileFacts Rest(FileFacts facts, FileInterest interest, TarEntry entry, Stream source, int head)
    {
        bool wanted = entry.Size <= interest.Keep && (interest.Blob is null || buffer[0] == '{');
        if (wanted)
        {
            byte[] bytes = budget.Rent((int)entry.Size);
            buffer.AsSpan(0, head).CopyTo(bytes);
            source.ReadExactly(bytes.AsSpan(head));
            return facts with { Bytes = bytes };
        }

        GoProgramProbe? program = interest.Versions && facts.Elf is not null ? new() : null;
        if (program is null && !interest.Hash)
            return facts;
        program?.Add(buffer.AsSpan(0, head));
        for (int read; (read = source.Read(buffer)) > 0; )
        {
            cancellationToken.ThrowIfCancellationRequested();
            program?.Add(buffer.AsSpan(0, read));
        }

        return facts with
        {
            Go = program?.Finish(),
        };
    }

    private static string? ScriptInterpreter(ReadOnlySpan<byte> head)
    {
        if (!head.StartsWith("#!"u8))
            return null;
        int end = head.IndexOf((byte)'\n');
        string line = Encoding.UTF8.GetString(end < 0 ? head : head[..end])[2..].Trim();
        return line.Split(' ', 2)[0];
    }

    // PKCS #1, PKCS #8, SEC 1 and OpenSSH alike: the label ends in these words (RFC 7468).
    private static bool BeginsPrivateKey(ReadOnlySpan<byte> head)
    {
        int begin = head.IndexOf("-----BEGIN "u8);
        if (begin < 0)
            return false;
        ReadOnlySpan<byte> label = head[(begin + 11)..];
        int end = label.IndexOf("-----"u8);
        return end >= 0 && label[..end].EndsWith("PRIVATE KEY"u8) && (begin == 0 || head[begin - 1] is (byte)'\n' or (byte)'\r');
    }
}
