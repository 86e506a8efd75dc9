using System.Buffers.Binary;
using System.Text;

namespace NodeForge.TestSupport.Upstream;

/// <summary>An executable for Linux on amd64, made byte by byte: whatever it is asked, it writes one text and ends.</summary>
public static class SpeakingProgram
{
    private const ulong Base = 0x400000;
    private const int Headers = 64 + 56; // ELF header, one program header

    /// <param name="says">What it writes to its standard output.</param>
    /// <param name="stamp">Bytes that stand in it and mean nothing to it, such as a version.</param>
    /// <param name="exitCode">What it ends with.</param>
    public static byte[] That(string says, string stamp = "", byte exitCode = 0)
    {
        byte[] text = Encoding.UTF8.GetBytes(says);
        const int codeLength = 32;
        byte[] code =
        [
            0xb8,
            1,
            0,
            0,
            0, // mov eax, 1: write
            0xbf,
            1,
            0,
            0,
            0, // mov edi, 1
            0xbe,
            .. Little((uint)(Base + Headers + codeLength)), // mov esi, text
            0xba,
            .. Little((uint)text.Length), // mov edx, length
            0x0f,
            0x05, // syscall
            0x31,
            0xff, // xor edi, edi
            0x40,
            0xb7,
            exitCode, // mov dil, code
            0x6a,
            0x3c,
            0x58, // push 60; pop rax: exit
            0x0f,
            0x05, // syscall
        ];
        byte[] stamped = Encoding.UTF8.GetBytes(stamp + "\0");
        byte[] header = new byte[Headers];
        byte[] program = [.. header, .. code, .. text, 0, .. stamped];
        WriteHeaders(program);
        return program;
    }

    private static void WriteHeaders(Span<byte> program)
    {
        ReadOnlySpan<byte> magic = [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1]; // 64 bits, little endian
        magic.CopyTo(program);
        BinaryPrimitives.WriteUInt16LittleEndian(program[16..], 2); // ET_EXEC
        BinaryPrimitives.WriteUInt16LittleEndian(program[18..], 0x3e); // EM_X86_64
        BinaryPrimitives.WriteUInt32LittleEndian(program[20..], 1);
        BinaryPrimitives.WriteUInt64LittleEndian(program[24..], Base + Headers); // entry
        BinaryPrimitives.WriteUInt64LittleEndian(program[32..], 64); // program headers
        BinaryPrimitives.WriteUInt16LittleEndian(program[52..], 64);
        BinaryPrimitives.WriteUInt16LittleEndian(program[54..], 56);
        BinaryPrimitives.WriteUInt16LittleEndian(program[56..], 1);
        Span<byte> load = program[64..];
        BinaryPrimitives.WriteUInt32LittleEndian(load, 1); // PT_LOAD
        BinaryPrimitives.WriteUInt32LittleEndian(load[4..], 5); // readable, executable
        BinaryPrimitives.WriteUInt64LittleEndian(load[16..], Base);
        BinaryPrimitives.WriteUInt64LittleEndian(load[24..], Base);
        BinaryPrimitives.WriteUInt64LittleEndian(load[32..], (ulong)program.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(load[40..], (ulong)program.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(load[48..], 0x1000);
    }

    private static byte[] Little(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }
}
