namespace NodeForge.Containerd.Bolt;

/// <summary>The numbers of bbolt's file format, version 2 (etcd-io/bbolt, internal/common: page, meta, inode and bucket).</summary>
/// <remarks>bbolt maps native structs, so its files are little-endian wherever containerd runs; here every integer is written so by
/// name.</remarks>
internal static class BoltFormat
{
    public const uint Magic = 0xED0CDAED;
    public const uint Version = 2;

    /// <summary>The page size that we write. A reader takes it from the meta page, whatever its host uses.</summary>
    public const int PageSize = 4096;

    public const int PageHeaderSize = 16;
    public const int ElementSize = 16;
    public const int BucketHeaderSize = 16;
    public const int MetaSize = 64;

    /// <summary>The checksum covers the meta up to itself.</summary>
    public const int MetaChecksumOffset = 56;

    public const ushort BranchPage = 0x01;
    public const ushort LeafPage = 0x02;
    public const ushort MetaPage = 0x04;
    public const ushort FreelistPage = 0x10;

    public const uint BucketElement = 0x01;

    /// <summary>Stands for "no freelist was written"; the owner finds free pages by walking the tree.</summary>
    public const ulong NoFreelist = ulong.MaxValue;

    /// <summary>A freelist's count that says: the real count is the first entry.</summary>
    public const ushort FreelistCountOverflow = 0xFFFF;

    public const int MaxKeySize = 32768;

    /// <summary>bbolt's limit, (1 &lt;&lt; 31) − 2 bytes.</summary>
    public const int MaxValueSize = int.MaxValue - 1;

    /// <summary>A branch page with fewer children would not make the tree narrower (bbolt: minKeysPerPage).</summary>
    public const int MinBranchChildren = 2;

    /// <summary>Our limit on nested buckets, so that a hostile file cannot exhaust the stack; containerd nests eight.</summary>
    public const int MaxBucketDepth = 128;

    /// <summary>Our limit on branch pages above a leaf; with two children each, 48 reach more pages than a file can have.</summary>
    public const int MaxTreeDepth = 48;

    /// <summary>bbolt's rule for buckets that lie in their parent's leaf.</summary>
    public const int InlineDivisor = 4;
}
