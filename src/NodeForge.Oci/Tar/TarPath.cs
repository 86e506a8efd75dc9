namespace NodeForge.Oci.Tar;

/// <summary>The paths of entries, brought to one form: relative, no empty or <c>.</c> parts, no slash at the end.</summary>
internal static class TarPath
{
    /// <summary>Linux' NAME_MAX, in bytes.</summary>
    public const int LongestComponent = 255;

    /// <summary>Linux' PATH_MAX with its final zero, in bytes.</summary>
    public const int LongestPath = 4096;

    /// <summary>Parts that a path may have. Linux knows no limit of its own; the deepest trees that package managers leave have about
    /// sixty.</summary>
    public const int DeepestPath = 256;

    /// <summary>Names that mean the same file become the same text; what leads upwards or cannot exist is refused.</summary>
    /// <returns>The path; empty for the root.</returns>
    public static string Normalize(ReadOnlySpan<byte> name, TarFaults faults, string what)
    {
        if (name.IsEmpty)
            throw faults.Fault(ErrorCodes.ArchiveNameRefused, $"the {what} is empty");
        if (name.Length >= LongestPath)
            throw faults.Fault(
                ErrorCodes.ArchiveNameRefused,
                $"the {what} is too long",
                got: $"{name.Length} bytes",
                want: $"less than {LongestPath}"
            );
        if (name.Contains((byte)0))
            throw faults.Fault(ErrorCodes.ArchiveNameRefused, $"the {what} has a zero byte in it", got: TarText.Decode(name));
        byte[] normal = new byte[name.Length];
        int length = 0;
        int parts = 0;
        foreach (Range range in name.Split((byte)'/'))
        {
            ReadOnlySpan<byte> part = name[range];
            if (part.IsEmpty || part.SequenceEqual("."u8))
                continue;
            if (part.SequenceEqual(".."u8))
                throw faults.Fault(ErrorCodes.ArchiveNameRefused, $"the {what} leads upwards", got: TarText.Decode(name), want: "no '..'");
            if (part.Length > LongestComponent)
                throw faults.Fault(
                    ErrorCodes.ArchiveNameRefused,
                    $"a part of the {what} is too long",
                    got: $"{part.Length} bytes",
                    want: $"at most {LongestComponent}"
                );
            if (++parts > DeepestPath)
                throw faults.Fault(
                    ErrorCodes.ArchiveNameRefused,
                    $"the {what} is too deep",
                    got: $"more than {DeepestPath} parts",
                    want: $"at most {DeepestPath}"
                );
            if (length > 0)
                normal[length++] = (byte)'/';
            part.CopyTo(normal.AsSpan(length));
            length += part.Length;
        }

        return TarText.Decode(normal.AsSpan(0, length));
    }
}
