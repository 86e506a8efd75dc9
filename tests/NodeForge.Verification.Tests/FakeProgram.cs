using System.Buffers.Binary;
using System.Text;

namespace NodeForge.Verification.Tests;

/// <summary>ELF files as a linker leaves them, as far as anybody reads them without running them: header, loader, Go's build information,
/// stamped versions.</summary>
internal static class FakeProgram
{
    public const int Amd64 = 62;
    public const int Arm64 = 183;
    private const int Header = 64;
    private const int ProgramHeader = 56;

    /// <param name="module">The build information; null for that of a working tree.</param>
    public static byte[] Go(string path, string stamp, int machine = Amd64, string? module = null) =>
        Elf(machine, null, [stamp], module ?? $"path\t{path}\nmod\t{path}\t(devel)\n");

    public static byte[] Elf(int machine = Amd64, string? loader = null, IReadOnlyList<string>? stamps = null, string? module = null)
    {
        using MemoryStream file = new();
        byte[] header = new byte[Header];
        "\x7f"u8.CopyTo(header);
        "ELF"u8.CopyTo(header.AsSpan(1));
        header[4] = 2; // 64 bits
        header[5] = 1; // little-endian
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(18), (ushort)machine);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(32), Header);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(54), ProgramHeader);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(56), (ushort)(loader is null ? 0 : 1));
        file.Write(header);
        if (loader is not null)
        {
            byte[] interpreter = [.. Encoding.ASCII.GetBytes(loader), 0];
            byte[] program = new byte[ProgramHeader];
            BinaryPrimitives.WriteUInt32LittleEndian(program, 3); // PT_INTERP
            BinaryPrimitives.WriteUInt64LittleEndian(program.AsSpan(8), Header + ProgramHeader);
            BinaryPrimitives.WriteUInt64LittleEndian(program.AsSpan(32), (ulong)interpreter.Length);
            file.Write(program);
            file.Write(interpreter);
        }

        // What lies between is longer than any buffer that the reader has.
        file.Write(Enumerable.Repeat((byte)0x2e, 200_000).ToArray());
        foreach (string stamp in stamps ?? [])
            file.Write([0, .. Encoding.ASCII.GetBytes(stamp), 0]);
        if (module is not null)
            WriteBuildInformation(file, module);
        file.Write("func1.2.3\0"u8);
        return file.ToArray();
    }

    private static void WriteBuildInformation(MemoryStream file, string information)
    {
        file.WriteByte(0xff);
        file.Write(" Go buildinf:"u8);
        file.Write([8, 2]);
        file.Write(new byte[16]);
        byte[] toolchain = "go1.24.1"u8.ToArray();
        byte[] module = [.. new byte[16], .. Encoding.ASCII.GetBytes(information), .. new byte[16]];
        file.Write([(byte)toolchain.Length, .. toolchain]);
        file.Write([(byte)(module.Length & 0x7f | 0x80), (byte)(module.Length >> 7), .. module]);
    }
}
