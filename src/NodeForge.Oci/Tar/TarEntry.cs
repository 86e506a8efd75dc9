namespace NodeForge.Oci.Tar;

/// <summary>One entry of a tar archive, as data: nothing is resolved, nothing touches a file system.</summary>
public sealed record TarEntry
{
    /// <summary>Without a leading <c>/</c> or <c>./</c> and without a trailing slash. Bytes that are no UTF-8 are kept as U+DC80 to
    /// U+DCFF.</summary>
    public required string Path { get; init; }

    public required TarEntryKind Kind { get; init; }

    /// <summary>Permission bits with setuid, setgid and sticky: at most 07777.</summary>
    public int Mode { get; init; }

    public long Uid { get; init; }

    public long Gid { get; init; }

    /// <summary>Seconds since 1970; fractions are dropped.</summary>
    public long ModificationTime { get; init; }

    /// <summary>Bytes of content; 0 for everything but files.</summary>
    public long Size { get; init; }

    /// <summary>What a symbolic link says, byte for byte; for a hard link the path of the entry that it is a name of, as
    /// <see cref="Path"/>.</summary>
    public string? LinkTarget { get; init; }

    public uint DeviceMajor { get; init; }

    public uint DeviceMinor { get; init; }

    /// <summary>Extended attributes by name, <c>security.capability</c> among them.</summary>
    public IReadOnlyDictionary<string, byte[]> ExtendedAttributes { get; init; } = NoAttributes;

    private static readonly IReadOnlyDictionary<string, byte[]> NoAttributes = new Dictionary<string, byte[]>();
}

public enum TarEntryKind
{
    File,
    HardLink,
    SymbolicLink,
    CharacterDevice,
    BlockDevice,
    Directory,
    Fifo,
}
