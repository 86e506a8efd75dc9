using System.Text.Unicode;
using NodeForge.Oci.Tar;

namespace NodeForge.Oci.Layers;

/// <summary>What an entry must be like so that every engine unpacks the same file from it.</summary>
internal static class LayerEntryRules
{
    private const long LargestId = 0xffff_fffe; // 2^32-1 means "no change" to chown(2)
    private const uint LargestMajor = 0xfff;
    private const uint LargestMinor = 0xf_ffff;

    public static OrderedEntry Check(LayerEntry entry)
    {
        TarEntry header = entry.Header;
        byte[] name = CheckPath(header, header.Path);
        CheckNumbers(header);
        CheckAttributes(header);
        byte[]? target = CheckLink(header);
        if (header.Size != 0 && (header.Kind != TarEntryKind.File || entry.Content is null))
            throw Invalid(header, "it has a size and no content", got: $"{header.Size} bytes");
        // Two spellings of the same bytes are the same path.
        header = Canonical(header, name, target);
        if (header.Kind == TarEntryKind.Directory)
            name = [.. name, (byte)'/'];
        return new(name, header, header.Kind == TarEntryKind.File ? entry.Content : null, target);
    }

    public static NodeForgeException Invalid(TarEntry entry, string why, string? got = null) =>
        new(
            new Diagnostic(ErrorCodes.LayerEntryInvalid, "an entry cannot be part of a layer: " + why)
            {
                Where = new(entry.Path.Length == 0 ? "(empty path)" : entry.Path),
                Got = got,
                Hint = "fix the source of the entry",
            }
        );

    private static TarEntry Canonical(TarEntry header, byte[] name, byte[]? target)
    {
        if (!Utf8.IsValid(name) || header.Path.AsSpan().ContainsAnyInRange('\ud800', '\udfff'))
            header = header with { Path = TarText.Decode(name) };
        if (target is not null && header.LinkTarget.AsSpan().ContainsAnyInRange('\ud800', '\udfff'))
            header = header with { LinkTarget = TarText.Decode(target) };
        return header;
    }

    private static byte[] CheckPath(TarEntry entry, string path)
    {
        byte[] bytes = Bytes(entry, path);
        if (bytes.Length is 0 or >= TarPath.LongestPath)
            throw Invalid(entry, $"its path must have 1 to {TarPath.LongestPath - 1} bytes", got: $"{bytes.Length}");
        if (bytes.AsSpan().Count((byte)'/') >= TarPath.DeepestPath)
            throw Invalid(entry, $"its path must have at most {TarPath.DeepestPath} parts");
        foreach (Range range in bytes.AsSpan().Split((byte)'/'))
        {
            ReadOnlySpan<byte> component = bytes.AsSpan(range);
            if (component.IsEmpty || component.SequenceEqual("."u8) || component.SequenceEqual(".."u8))
                throw Invalid(entry, "its path must be relative, without empty, '.' or '..' parts", got: path);
            if (component.Length > TarPath.LongestComponent)
                throw Invalid(entry, $"a part of its path is longer than {TarPath.LongestComponent} bytes", got: $"{component.Length}");
        }

        return bytes;
    }

    private static byte[]? CheckLink(TarEntry entry)
    {
        if (entry.Kind == TarEntryKind.HardLink)
            return CheckPath(entry, entry.LinkTarget ?? "");
        if (entry.Kind != TarEntryKind.SymbolicLink)
            return null;
        byte[] bytes = Bytes(entry, entry.LinkTarget ?? "");
        return bytes.Length is > 0 and < TarPath.LongestPath
            ? bytes
            : throw Invalid(entry, $"its link target must have 1 to {TarPath.LongestPath - 1} bytes", got: $"{bytes.Length}");
    }

    private static byte[] Bytes(TarEntry entry, string text)
    {
        if (!TarText.TryEncode(text, out byte[] bytes))
            throw Invalid(entry, "a name has half of a surrogate pair, which stands for no byte");
        return bytes.AsSpan().Contains((byte)0) ? throw Invalid(entry, "a name has a zero byte") : bytes;
    }

    private static void CheckNumbers(TarEntry entry)
    {
        if (entry.Uid is < 0 or > LargestId || entry.Gid is < 0 or > LargestId)
            throw Invalid(entry, $"its owner must be 0 to {LargestId}", got: $"{entry.Uid}:{entry.Gid}");
        if (entry.Size < 0)
            throw Invalid(entry, "its size is negative", got: $"{entry.Size}");
        bool device = entry.Kind is TarEntryKind.CharacterDevice or TarEntryKind.BlockDevice;
        if (device && (entry.DeviceMajor > LargestMajor || entry.DeviceMinor > LargestMinor))
            throw Invalid(
                entry,
                $"Linux' device numbers end at {LargestMajor}:{LargestMinor}",
                got: $"{entry.DeviceMajor}:{entry.DeviceMinor}"
            );
        if (entry.Kind == TarEntryKind.CharacterDevice && (entry.DeviceMajor | entry.DeviceMinor) == 0)
            throw Invalid(entry, "overlayfs takes the character device 0:0 for a deleted file");
    }

    private static void CheckAttributes(TarEntry entry)
    {
        foreach ((string name, byte[] value) in entry.ExtendedAttributes)
        {
            if (name.Length == 0 || name.AsSpan().ContainsAny('=', '\0'))
                throw Invalid(entry, "an extended attribute's name is empty or has '=' or a zero byte in it", got: name);
            if (name.StartsWith("trusted.overlay.", StringComparison.Ordinal) || name.StartsWith("user.overlay.", StringComparison.Ordinal))
                throw Invalid(entry, "overlayfs' own attributes would change what the node sees below it", got: name);
            if (value.Length is 0 or > ushort.MaxValue + 1)
                throw Invalid(
                    entry,
                    "an extended attribute must have 1 to 65536 bytes: PAX takes an empty value for its removal",
                    got: $"{name} of {value.Length} bytes"
                );
        }
    }
}
