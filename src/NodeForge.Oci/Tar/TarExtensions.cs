namespace NodeForge.Oci.Tar;

/// <summary>What the headers before an entry say about it: PAX records, GNU's long names.</summary>
internal sealed class TarExtensions(TarFaults faults)
{
    private const string Schily = "SCHILY.xattr.";
    private const string Libarchive = "LIBARCHIVE.xattr.";

    // GNU tar lays a global header over all entries to come, Go over none: what says something of an entry would let the two see two
    // archives.
    private static readonly string[] NeverGlobal =
    [
        "path",
        "linkpath",
        "size",
        "uid",
        "gid",
        "mtime",
        "SCHILY.devmajor",
        "SCHILY.devminor",
    ];

    private Dictionary<string, byte[]>? records;

    /// <summary>GNU's name (type L); null when there is none.</summary>
    public byte[]? LongName { get; private set; }

    /// <summary>GNU's link target (type K); null when there is none.</summary>
    public byte[]? LongLink { get; private set; }

    /// <summary>Whether an entry must follow.</summary>
    public bool Pending => records is not null || LongName is not null || LongLink is not null;

    public void Forget()
    {
        records = null;
        LongName = LongLink = null;
    }

    public void Add(byte type, byte[] content)
    {
        switch (type)
        {
            case (byte)'g' when Pending:
                throw faults.Fault(
                    ErrorCodes.ArchiveExtensionInvalid,
                    "a global PAX header stands between an entry and its extended header: some readers forget the latter"
                );
            case (byte)'g':
                CheckGlobal(PaxReader.Read(content, faults));
                break;
            case (byte)'x' when records is not null:
                throw Twice("PAX header");
            case (byte)'x':
                records = PaxReader.Read(content, faults);
                RefuseSparse(records);
                break;
            case (byte)'L':
                LongName = LongName is null ? WithoutEnd(content) : throw Twice("GNU long name");
                break;
            default:
                LongLink = LongLink is null ? WithoutEnd(content) : throw Twice("GNU long link");
                break;
        }
    }

    public byte[]? Record(string key) => records?.GetValueOrDefault(key) is { Length: > 0 } value ? value : null;

    /// <summary>A name that PAX and GNU may not both give.</summary>
    public byte[]? Name(string key, byte[]? gnu) =>
        (Record(key), gnu) switch
        {
            (not null, not null) => throw faults.Fault(
                ErrorCodes.ArchiveExtensionInvalid,
                $"both a PAX record and a GNU header give the entry's {key}"
            ),
            var (pax, long_) => pax ?? long_,
        };

    public Dictionary<string, byte[]>? Attributes()
    {
        Dictionary<string, byte[]>? attributes = null;
        foreach ((string key, byte[] value) in records ?? [])
        {
            if (value.Length == 0)
                continue;
            if (key.StartsWith(Schily, StringComparison.Ordinal))
                (attributes ??= new(StringComparer.Ordinal))[CheckName(key[Schily.Length..], value)] = value;
            else if (key.StartsWith(Libarchive, StringComparison.Ordinal))
            {
                (string name, byte[] plain) = PaxValue.LibarchiveAttribute(key[Libarchive.Length..], value, faults);
                // bsdtar writes both forms; the plain one is what everybody reads.
                (attributes ??= new(StringComparer.Ordinal)).TryAdd(CheckName(name, plain), plain);
            }
        }

        return attributes;
    }

    // xattr(7): names of at most 255 bytes, values of at most 64 KiB.
    private string CheckName(string name, byte[] value) =>
        name.Length is > 0 and <= 255 && !name.Contains('\0', StringComparison.Ordinal) && value.Length <= ushort.MaxValue + 1
            ? name
            : throw faults.Fault(
                ErrorCodes.ArchiveExtensionInvalid,
                "an extended attribute is not possible on Linux",
                got: $"'{name}' of {value.Length} bytes",
                want: "a name of 1 to 255 bytes, a value of at most 65536"
            );

    private void CheckGlobal(Dictionary<string, byte[]> more)
    {
        RefuseSparse(more);
        if (
            more.Keys.FirstOrDefault(key =>
                NeverGlobal.Contains(key)
                || key.StartsWith(Schily, StringComparison.Ordinal)
                || key.StartsWith(Libarchive, StringComparison.Ordinal)
            ) is
            { } single
        )
            throw faults.Fault(ErrorCodes.ArchiveExtensionInvalid, "a global PAX header sets what belongs to single entries", got: single);
    }

    private void RefuseSparse(Dictionary<string, byte[]> more)
    {
        if (more.Keys.FirstOrDefault(key => key.StartsWith("GNU.sparse.", StringComparison.Ordinal) || key == "SCHILY.realsize") is { } key)
            throw faults.Fault(
                ErrorCodes.ArchiveEntryUnsupported,
                "the archive has a sparse file",
                got: key,
                want: "an archive made without --sparse"
            );
    }

    private NodeForgeException Twice(string what) => faults.Fault(ErrorCodes.ArchiveExtensionInvalid, $"an entry has a second {what}");

    private static byte[] WithoutEnd(byte[] content) => content.AsSpan().TrimEnd((byte)0).ToArray();
}
