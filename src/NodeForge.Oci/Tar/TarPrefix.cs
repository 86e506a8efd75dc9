namespace NodeForge.Oci.Tar;

/// <summary>The first part of a long name, where the header's form has one; refused where GNU tar and Go's archive/tar, which containerd
/// and docker read with, see two names.</summary>
internal static class TarPrefix
{
    private static readonly Range StarPrefix = 345..476;
    private static readonly Range StarTrailer = 508..512;
    private static readonly Range GnuAccessTime = 345..357;
    private static readonly Range GnuChangeTime = 357..369;

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ArchiveHeaderInvalid"/>.</exception>
    public static ReadOnlySpan<byte> Of(ReadOnlySpan<byte> block, TarFaults faults)
    {
        ReadOnlySpan<byte> magic = block[TarBlock.MagicAndVersion];
        ReadOnlySpan<byte> field = block[TarBlock.Prefix];
        ReadOnlySpan<byte> prefix = field.IndexOf((byte)0) is >= 0 and int end ? field[..end] : field;
        if (magic.SequenceEqual("ustar  \0"u8))
        {
            // GNU keeps times there; Go takes what is no time for a prefix.
            if (!IsTime(block[GnuAccessTime]) || !IsTime(block[GnuChangeTime]))
                throw Ambiguous("a GNU header has a prefix, which GNU does not know", prefix, faults);
            return default;
        }

        if (!magic.StartsWith("ustar\0"u8) || prefix.IsEmpty)
            return default;
        if (!magic.EndsWith("00"u8))
            throw Ambiguous("a header of an unknown version has a prefix", prefix, faults);
        // star keeps times after 131 bytes.
        if (block[StarTrailer].SequenceEqual("tar\0"u8) && !block[StarPrefix].Contains((byte)0))
            throw Ambiguous("a star header has a prefix that runs into its times", prefix, faults);
        return prefix;
    }

    private static bool IsTime(ReadOnlySpan<byte> field) => field[0] == 0 || TarNumber.TryParse(field, out _);

    private static NodeForgeException Ambiguous(string what, ReadOnlySpan<byte> prefix, TarFaults faults) =>
        faults.Fault(ErrorCodes.ArchiveHeaderInvalid, what + ": some readers take it for a part of the name", got: TarText.Decode(prefix));
}
