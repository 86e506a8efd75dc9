using NodeForge.Oci.Tar;

namespace NodeForge.EndToEnd.Tests.SameBits;

/// <summary>Says where two layers part: the first entry, field of its header or byte of its content.</summary>
internal static class LayerComparison
{
    private static readonly (string Name, Func<TarEntry, object?> Of)[] Fields =
    [
        ("type", static entry => entry.Kind),
        ("mode", static entry => Convert.ToString(entry.Mode, 8)),
        ("uid", static entry => entry.Uid),
        ("gid", static entry => entry.Gid),
        ("mtime", static entry => entry.ModificationTime),
        ("link target", static entry => entry.LinkTarget),
        ("device", static entry => (entry.DeviceMajor, entry.DeviceMinor)),
        (
            "extended attributes",
            static entry =>
                string.Join(
                    ' ',
                    entry
                        .ExtendedAttributes.OrderBy(static one => one.Key, StringComparer.Ordinal)
                        .Select(static one => $"{one.Key}={Convert.ToHexString(one.Value)}")
                )
        ),
    ];

    /// <returns>Null where both are the same, byte for byte.</returns>
    public static string? FirstDifference(string left, string right)
    {
        using FileStream one = File.OpenRead(left),
            other = File.OpenRead(right);
        using TarReader first = new(one, left),
            second = new(other, right);
        while (true)
        {
            TarEntry? a = first.Read(),
                b = second.Read();
            if (a is null && b is null)
                return FirstByte(left, right) is { } at
                    ? $"the entries are the same, but not how they are written: byte {at} of the tar"
                    : null;
            if (a?.Path != b?.Path)
                return $"one has '{a?.Path ?? "(end)"}' where the other has '{b?.Path ?? "(end)"}'";
            if (DifferentField(a!, b!) is { } field)
                return field;
            if (FirstByte(first.Content, second.Content) is { } offset)
                return $"{a!.Path}: content, byte {offset} (of {a.Size} and {b!.Size})";
        }
    }

    private static string? DifferentField(TarEntry a, TarEntry b) =>
        Fields
            .Where(field => !Equals(field.Of(a), field.Of(b)))
            .Select(field => $"{a.Path}: {field.Name}: {field.Of(a)} and {field.Of(b)}")
            .FirstOrDefault();

    private static long? FirstByte(string left, string right)
    {
        using FileStream one = File.OpenRead(left),
            other = File.OpenRead(right);
        return FirstByte(one, other);
    }

    private static long? FirstByte(Stream left, Stream right)
    {
        byte[] a = new byte[1 << 16],
            b = new byte[1 << 16];
        for (long offset = 0; ; )
        {
            int there = left.ReadAtLeast(a, a.Length, throwOnEndOfStream: false),
                here = right.ReadAtLeast(b, b.Length, throwOnEndOfStream: false);
            int same = a.AsSpan(0, there).CommonPrefixLength(b.AsSpan(0, here));
            if (same < Math.Max(there, here))
                return offset + same;
            if (there == 0)
                return null;
            offset += there;
        }
    }
}
