using System.Runtime.ExceptionServices;

namespace NodeForge.Containerd.Bolt;

/// <summary>Reads a bbolt database (format version 2) into a tree of buckets.</summary>
/// <remarks>
/// Any page size, with or without a freelist; of the two meta pages the newer valid one counts, so a file whose last write was torn reads
/// as
/// before it. The input is not trusted: each page is read at most once, elements may neither leave their page nor overlap, and nesting is
/// limited (buckets 128, branch pages 48). Memory: about the size of the file. Do not read a file that its owner is writing.
/// </remarks>
public static class BoltReader
{
    /// <param name="source">The whole file; must seek. Is not disposed of.</param>
    /// <param name="name">What messages call it: its path.</param>
    /// <exception cref="NodeForgeException">NF6101 to NF6107, with page and offset: the file is not valid.</exception>
    public static BoltBucket Read(Stream source, string name)
    {
        BoltTree tree = new(BoltFile.Open(source, name), static fault => ExceptionDispatchInfo.Throw(fault));
        return tree.Read();
    }

    /// <param name="path">The database's path.</param>
    /// <exception cref="NodeForgeException">NF6101 to NF6107: the file is not valid; NF9005: it cannot be opened.</exception>
    public static BoltBucket Read(string path)
    {
        using FileStream source = BoltSource.Open(path);
        return Read(source, path);
    }
}
