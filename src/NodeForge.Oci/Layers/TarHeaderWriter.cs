using System.Text;
using System.Text.Unicode;
using NodeForge.Oci.Tar;

namespace NodeForge.Oci.Layers;

/// <summary>Writes the headers of one entry: a ustar block, and a PAX header before it only for what does not fit into one.</summary>
internal static class TarHeaderWriter
{
    private const long LargestOctal7 = 0x1f_ffff;
    private const long LargestOctal11 = 0x1_ffff_ffff;
    private const int AllModeBits = 0xfff; // 07777
    private const int LinkMode = 0x1ff; // 0777: Linux keeps no other mode for symbolic links

    public static void Write(TarOutput output, OrderedEntry entry, long epoch)
    {
        Span<byte> block = stackalloc byte[TarBlock.Size];
        block.Clear();
        PaxRecords records = new();
        WriteName(block, entry.Name, records);
        WriteLink(block, entry.LinkTarget, records);
        WriteNumbers(block, entry.Header, epoch, records);
        foreach ((string name, byte[] value) in entry.Header.ExtendedAttributes)
        {
            // A label names a policy of the machine that packed; the one that boots has its own.
            if (name != "security.selinux")
                records.Set("SCHILY.xattr." + name, value);
        }

        if (records.Any)
            WritePax(output, records.ToBytes());
        Seal(block, TypeOf(entry.Header.Kind));
        output.Append(block);
    }

    private static void WritePax(TarOutput output, byte[] records)
    {
        Span<byte> block = stackalloc byte[TarBlock.Size];
        block.Clear();
        // Constant: a name with a process id or a path in it would be one more thing to differ.
        "PaxHeaders.0/x"u8.CopyTo(block);
        Octal(block[TarBlock.Mode], 0x1a4); // 0644
        Octal(block[TarBlock.Uid], 0);
        Octal(block[TarBlock.Gid], 0);
        Octal(block[TarBlock.Length], records.Length);
        Octal(block[TarBlock.ModificationTime], 0);
        Octal(block[TarBlock.DeviceMajor], 0);
        Octal(block[TarBlock.DeviceMinor], 0);
        Seal(block, (byte)'x');
        output.Append(block);
        output.Append(records);
        output.Pad(records.Length);
    }

    private static void WriteName(Span<byte> block, byte[] name, PaxRecords records)
    {
        // Raw bytes are what every reader makes of a name that is no UTF-8; other non-ASCII belongs into PAX, which says what it means.
        bool plain = Ascii.IsValid(name) || !Utf8.IsValid(name);
        if (plain && name.Length <= 100)
            name.CopyTo(block);
        else if (plain && PrefixLength(name) is { } prefix)
        {
            name.AsSpan(0, prefix).CopyTo(block[TarBlock.Prefix]);
            name.AsSpan(prefix + 1).CopyTo(block);
        }
        else
        {
            records.SetName("path", name);
            Remainder(name, block[TarBlock.Name]);
        }
    }

    private static void WriteLink(Span<byte> block, byte[]? target, PaxRecords records)
    {
        if (target is null)
            return;
        if (target.Length <= 100 && (Ascii.IsValid(target) || !Utf8.IsValid(target)))
        {
            target.CopyTo(block[TarBlock.LinkName]);
            return;
        }

        records.SetName("linkpath", target);
        Remainder(target, block[TarBlock.LinkName]);
    }

    // The longest prefix of at most 155 bytes, before a slash, that leaves a name of 1 to 100 bytes.
    private static int? PrefixLength(byte[] name)
    {
        int last = name.AsSpan(0, Math.Min(name.Length - 1, 156)).LastIndexOf((byte)'/');
        return last > 0 && name.Length - last - 1 is > 0 and <= 100 ? last : null;
    }

    // What a reader that knows no PAX is left with.
    private static void Remainder(ReadOnlySpan<byte> name, Span<byte> field)
    {
        name = name[..Math.Min(name.Length, field.Length)];
        for (int i = 0; i < name.Length; i++)
            field[i] = name[i] < 0x80 ? name[i] : (byte)'_';
    }

    private static void WriteNumbers(Span<byte> block, TarEntry entry, long epoch, PaxRecords records)
    {
        Octal(block[TarBlock.Mode], entry.Kind == TarEntryKind.SymbolicLink ? LinkMode : entry.Mode & AllModeBits);
        OctalOrPax(block[TarBlock.Uid], entry.Uid, LargestOctal7, "uid", records);
        OctalOrPax(block[TarBlock.Gid], entry.Gid, LargestOctal7, "gid", records);
        OctalOrPax(block[TarBlock.Length], entry.Size, LargestOctal11, "size", records);
        Octal(block[TarBlock.ModificationTime], Math.Clamp(Math.Min(entry.ModificationTime, epoch), 0, LargestOctal11));
        bool device = entry.Kind is TarEntryKind.CharacterDevice or TarEntryKind.BlockDevice;
        Octal(block[TarBlock.DeviceMajor], device ? entry.DeviceMajor : 0);
        Octal(block[TarBlock.DeviceMinor], device ? entry.DeviceMinor : 0);
    }

    private static void OctalOrPax(Span<byte> field, long value, long largest, string key, PaxRecords records)
    {
        if (value > largest)
            records.Set(key, Encoding.ASCII.GetBytes(value.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        Octal(field, value > largest ? 0 : value);
    }

    private static void Octal(Span<byte> field, long value)
    {
        for (int i = field.Length - 2; i >= 0; i--, value >>= 3)
            field[i] = (byte)('0' + (value & 7));
    }

    private static void Seal(Span<byte> block, byte type)
    {
        block[TarBlock.Type] = type;
        "ustar\u000000"u8.CopyTo(block[TarBlock.MagicAndVersion]);
        Span<byte> checksum = block[TarBlock.Checksum];
        Octal(checksum[..7], TarBlock.Sum(block));
        checksum[7] = (byte)' ';
    }

    private static byte TypeOf(TarEntryKind kind) =>
        kind switch
        {
            TarEntryKind.File => (byte)'0',
            TarEntryKind.HardLink => (byte)'1',
            TarEntryKind.SymbolicLink => (byte)'2',
            TarEntryKind.CharacterDevice => (byte)'3',
            TarEntryKind.BlockDevice => (byte)'4',
            TarEntryKind.Directory => (byte)'5',
            TarEntryKind.Fifo => (byte)'6',
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
}
