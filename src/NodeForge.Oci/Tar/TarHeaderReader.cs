using System.Diagnostics.CodeAnalysis;

namespace NodeForge.Oci.Tar;

/// <summary>Makes an entry of a header block and of the extended headers before it.</summary>
internal static class TarHeaderReader
{
    private const long LargestSize = 1L << 62;
    private const long LargestSizeField = 0x1_ffff_ffff; // 11 octal digits
    private const long LargestId = uint.MaxValue;

    public static TarEntry Read(ReadOnlySpan<byte> block, TarExtensions extensions, TarFaults faults)
    {
        byte[] name = extensions.Name("path", extensions.LongName) ?? HeaderName(block, faults);
        faults.EntryName = TarText.Decode(name);
        TarEntryKind kind = Kind(block, name, faults);
        string path = TarPath.Normalize(name, faults, "name");
        if (path.Length == 0 && kind != TarEntryKind.Directory)
            throw faults.Fault(ErrorCodes.ArchiveNameRefused, "the root is not a directory", got: kind.ToString());
        bool device = kind is TarEntryKind.CharacterDevice or TarEntryKind.BlockDevice;
        TarEntry entry = new()
        {
            Path = path,
            Kind = kind,
            Mode = (int)(Number(block, TarBlock.Mode, "mode", faults) & 0xfff),
            Uid = Id(block, TarBlock.Uid, "uid", extensions, faults),
            Gid = Id(block, TarBlock.Gid, "gid", extensions, faults),
            ModificationTime = extensions.Record("mtime") is { } time
                ? PaxValue.Time(time, "mtime", faults)
                : Number(block, TarBlock.ModificationTime, "time", faults),
            Size = SizeOf(kind, Size(block, extensions, faults), faults),
            LinkTarget = LinkTarget(block, kind, extensions, faults),
            DeviceMajor = device ? DeviceNumber(block, TarBlock.DeviceMajor, "SCHILY.devmajor", extensions, faults) : 0,
            DeviceMinor = device ? DeviceNumber(block, TarBlock.DeviceMinor, "SCHILY.devminor", extensions, faults) : 0,
        };
        return extensions.Attributes() is { } attributes ? entry with { ExtendedAttributes = attributes } : entry;
    }

    /// <summary>Throws when the checksum is wrong; old writers summed signed bytes.</summary>
    /// <returns>True.</returns>
    public static bool CheckSum(ReadOnlySpan<byte> block, TarFaults faults)
    {
        if (!HasItsSum(block))
            throw faults.Fault(
                ErrorCodes.ArchiveHeaderInvalid,
                "a header's checksum is wrong",
                got: Text(block[TarBlock.Checksum]),
                want: Convert.ToString(TarBlock.Sum(block), 8)
            );
        return true;
    }

    /// <summary>Whether what should be an archive's first bytes is a header at all, sound or not, or its end.</summary>
    public static bool IsOne(ReadOnlySpan<byte> head) =>
        (head.Length >= TarBlock.MagicAndVersion.End.Value && head[TarBlock.MagicAndVersion].StartsWith("ustar"u8))
        || (head.Length >= TarBlock.Size && (!head.ContainsAnyExcept((byte)0) || HasItsSum(head[..TarBlock.Size])));

    private static bool HasItsSum(ReadOnlySpan<byte> block)
    {
        int unsigned = TarBlock.Sum(block);
        int signed = unsigned - (256 * HighBytes(block));
        // Octal alone: Go, which containerd and docker read with, knows no other checksum.
        return block[TarBlock.Checksum.Start] < 0x80
            && TarNumber.TryParse(block[TarBlock.Checksum], out long sum)
            && (sum == unsigned || sum == signed);
    }

    public static long Number(ReadOnlySpan<byte> block, Range field, string what, TarFaults faults) =>
        TarNumber.TryParse(block[field], out long value)
            ? value
            : throw faults.Fault(
                ErrorCodes.ArchiveHeaderInvalid,
                $"a header's {what} is no number",
                got: Text(block[field]),
                want: "octal digits"
            );

    private static int HighBytes(ReadOnlySpan<byte> block)
    {
        int count = 0;
        for (int i = 0; i < TarBlock.Size; i++)
            count += block[i] >= 0x80 && (i < TarBlock.Checksum.Start.Value || i >= TarBlock.Checksum.End.Value) ? 1 : 0;
        return count;
    }

    private static byte[] HeaderName(ReadOnlySpan<byte> block, TarFaults faults)
    {
        ReadOnlySpan<byte> name = UpToZero(block[TarBlock.Name]);
        ReadOnlySpan<byte> prefix = TarPrefix.Of(block, faults);
        return prefix.IsEmpty ? name.ToArray() : [.. prefix, (byte)'/', .. name];
    }

    private static TarEntryKind Kind(ReadOnlySpan<byte> block, ReadOnlySpan<byte> name, TarFaults faults)
    {
        byte type = block[TarBlock.Type];
        bool slash = name.EndsWith("/"u8);
        switch (type)
        {
            case 0 when slash: // v7 knew no directories
                return TarEntryKind.Directory;
            case (byte)'0' or (byte)'7' when slash:
                throw faults.Fault(
                    ErrorCodes.ArchiveHeaderInvalid,
                    "the name of a regular file ends in a slash: some readers take it for a directory"
                );
            case 0 or (byte)'0' or (byte)'7':
                return TarEntryKind.File;
            case >= (byte)'1' and <= (byte)'6':
                return TarEntryKind.HardLink + (type - '1');
            default:
                throw Unsupported(type, faults);
        }
    }

    [SuppressMessage("Style", "IDE0072", Justification = "Every other type falls under the last line.")]
    private static NodeForgeException Unsupported(byte type, TarFaults faults) =>
        faults.Fault(
            ErrorCodes.ArchiveEntryUnsupported,
            type switch
            {
                (byte)'S' => "the archive has a sparse file",
                (byte)'M' => "the archive is a part of a multi-volume one",
                (byte)'D' or (byte)'V' or (byte)'N' => "the archive is a GNU incremental or labelled one",
                _ => "an entry is of an unknown type",
            },
            got: type is > 0x20 and < 0x7f ? $"type '{(char)type}'" : $"type 0x{type:x2}"
        );

    private static long Size(ReadOnlySpan<byte> block, TarExtensions extensions, TarFaults faults)
    {
        long size = Number(block, TarBlock.Length, "size", faults);
        if (extensions.Record("size") is { } record)
        {
            // Some readers take it for the size of the GNU header in between.
            if (extensions.LongName is not null || extensions.LongLink is not null)
                throw faults.Fault(
                    ErrorCodes.ArchiveExtensionInvalid,
                    "an entry has a PAX size and a GNU long name: readers disagree which header the size is of"
                );
            long real = PaxValue.Number(record, "size", faults);
            // Writers leave 0 or all sevens in a field that is too small; anything else is a second opinion (CVE-2025-62518).
            if (size != real && size is not (0 or LargestSizeField))
                throw faults.Fault(
                    ErrorCodes.ArchiveExtensionInvalid,
                    "the header and its PAX record give two sizes",
                    got: $"{size} and {real}"
                );
            size = real;
        }

        return size is >= 0 and <= LargestSize
            ? size
            : throw faults.Fault(ErrorCodes.ArchiveHeaderInvalid, "the size is not possible", got: $"{size}", want: $"0 to {LargestSize}");
    }

    // Some readers skip a body after a link or directory, some do not: then a hidden entry can lie in it.
    private static long SizeOf(TarEntryKind kind, long size, TarFaults faults) =>
        kind == TarEntryKind.File || size == 0
            ? size
            : throw faults.Fault(
                ErrorCodes.ArchiveHeaderInvalid,
                "an entry that is no file has a size",
                got: $"{kind} of {size} bytes",
                want: "0"
            );

    private static long Id(ReadOnlySpan<byte> block, Range field, string key, TarExtensions extensions, TarFaults faults)
    {
        long id = extensions.Record(key) is { } record ? PaxValue.Number(record, key, faults) : Number(block, field, key, faults);
        return id is >= 0 and <= LargestId
            ? id
            : throw faults.Fault(ErrorCodes.ArchiveHeaderInvalid, $"the {key} is not possible", got: $"{id}", want: $"0 to {LargestId}");
    }

    private static uint DeviceNumber(ReadOnlySpan<byte> block, Range field, string key, TarExtensions extensions, TarFaults faults)
    {
        long number = extensions.Record(key) is { } record
            ? PaxValue.Number(record, key, faults)
            : Number(block, field, "device number", faults);
        return number is >= 0 and <= uint.MaxValue
            ? (uint)number
            : throw faults.Fault(
                ErrorCodes.ArchiveHeaderInvalid,
                "a device number is not possible",
                got: $"{number}",
                want: $"0 to {uint.MaxValue}"
            );
    }

    private static string? LinkTarget(ReadOnlySpan<byte> block, TarEntryKind kind, TarExtensions extensions, TarFaults faults)
    {
        byte[]? target = extensions.Name("linkpath", extensions.LongLink);
        if (kind is not (TarEntryKind.HardLink or TarEntryKind.SymbolicLink))
            return null;
        target ??= UpToZero(block[TarBlock.LinkName]).ToArray();
        if (kind == TarEntryKind.HardLink)
            return TarPath.Normalize(target, faults, "hard link's target");
        return target.Length is > 0 and < TarPath.LongestPath && !target.Contains((byte)0)
            ? TarText.Decode(target)
            : throw faults.Fault(
                ErrorCodes.ArchiveNameRefused,
                "the symbolic link's target is empty, too long or has a zero byte in it",
                got: $"{target.Length} bytes",
                want: $"1 to {TarPath.LongestPath - 1}"
            );
    }

    private static ReadOnlySpan<byte> UpToZero(ReadOnlySpan<byte> field) =>
        field.IndexOf((byte)0) is >= 0 and int end ? field[..end] : field;

    private static string Text(ReadOnlySpan<byte> field) => "'" + TarText.Decode(UpToZero(field)) + "'";
}
