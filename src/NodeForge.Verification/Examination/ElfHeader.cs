using System.Buffers.Binary;
using System.Text;
using NodeForge.Oci;

namespace NodeForge.Verification.Examination;

/// <summary>What the first bytes of an ELF file say (System V ABI, chapters 4 and 5; elf.h).</summary>
/// <param name="Architecture">In the words of image configs; a machine that images are not made for is <c>machine N</c>.</param>
/// <param name="Interpreter">The dynamic loader (PT_INTERP); null for a program that is linked statically, or whose header names it beyond
/// the bytes at hand.</param>
internal sealed record ElfHeader(string Architecture, string? Interpreter)
{
    private const int ProgramInterpreter = 3; // PT_INTERP
    private const int LongestInterpreter = 4096;

    /// <param name="head">The first bytes of the file; the more, the surer the interpreter is found.</param>
    /// <returns>Null for what is no ELF file.</returns>
    public static ElfHeader? Read(ReadOnlySpan<byte> head)
    {
        if (head.Length < 64 || !head.StartsWith("\x7f"u8) || !head[1..].StartsWith("ELF"u8))
            return null;
        bool wide = head[4] == 2;
        bool little = head[5] == 1;
        return new(Name(Number(head, 18, 2, little), wide, little), FindInterpreter(head, wide, little));
    }

    /// <summary>Whether a program of this kind runs on a platform.</summary>
    public bool RunsOn(Platform platform) =>
        Architecture == platform.Architecture || (platform.Architecture == "amd64" && Architecture == "386");

    private static string Name(ulong machine, bool wide, bool little) =>
        (machine, wide, little) switch
        {
            (3, _, _) => "386",
            (62, _, _) => "amd64",
            (40, _, _) => "arm",
            (183, _, _) => "arm64",
            (21, _, true) => "ppc64le",
            (21, _, false) => "ppc64",
            (22, true, _) => "s390x",
            (243, true, _) => "riscv64",
            (258, true, _) => "loong64",
            _ => $"machine {machine}",
        };

    private static string? FindInterpreter(ReadOnlySpan<byte> head, bool wide, bool little)
    {
        ulong table = wide ? Number(head, 32, 8, little) : Number(head, 28, 4, little);
        int size = (int)Number(head, wide ? 54 : 42, 2, little);
        int count = (int)Number(head, wide ? 56 : 44, 2, little);
        for (int i = 0; i < count; i++)
        {
            ulong at = table + ((ulong)i * (ulong)size);
            if (at > (ulong)head.Length || (ulong)head.Length - at < (ulong)(wide ? 56 : 32))
                return null;
            ReadOnlySpan<byte> header = head[(int)at..];
            if (Number(header, 0, 4, little) != ProgramInterpreter)
                continue;
            ulong offset = wide ? Number(header, 8, 8, little) : Number(header, 4, 4, little);
            ulong length = wide ? Number(header, 32, 8, little) : Number(header, 16, 4, little);
            if (length is 0 or > LongestInterpreter || offset > (ulong)head.Length || (ulong)head.Length - offset < length)
                return null;
            return Encoding.UTF8.GetString(head.Slice((int)offset, (int)length)).TrimEnd('\0');
        }

        return null;
    }

    private static ulong Number(ReadOnlySpan<byte> bytes, int offset, int length, bool little)
    {
        ReadOnlySpan<byte> field = bytes.Slice(offset, length);
        return length switch
        {
            2 => little ? BinaryPrimitives.ReadUInt16LittleEndian(field) : BinaryPrimitives.ReadUInt16BigEndian(field),
            4 => little ? BinaryPrimitives.ReadUInt32LittleEndian(field) : BinaryPrimitives.ReadUInt32BigEndian(field),
            _ => little ? BinaryPrimitives.ReadUInt64LittleEndian(field) : BinaryPrimitives.ReadUInt64BigEndian(field),
        };
    }
}
