namespace NodeForge.Containerd.Bolt;

/// <summary>Checks a bbolt database as <c>bbolt check</c> does, and tells every problem.</summary>
/// <remarks>
/// Page types; keys in order within pages and across them; each page below the high-water mark reached exactly once from the root bucket,
/// or
/// free; the freelist without duplicates. Without a freelist (bbolt's NoFreelistSync) unreached pages are free by definition. Behind a page
/// that cannot be read the pages below it count as unreached too.
/// </remarks>
public static class BoltCheck
{
    // A hostile file could have a problem per page; nobody reads more than this.
    private const int MaxProblems = 1000;

    /// <param name="source">The whole file; must seek. Is not disposed of.</param>
    /// <param name="name">What messages call it: its path.</param>
    /// <returns>Every problem (NF6101 to NF6108), the first thousand of them; empty when the file is sound.</returns>
    public static IReadOnlyList<Diagnostic> Check(Stream source, string name)
    {
        List<Diagnostic> problems = [];
        try
        {
            BoltFile file = BoltFile.Open(source, name);
            BoltTree tree = new(file, fault => Note(fault, problems));
            tree.Read();
            Freelist.Read(file)?.Check(file, tree.Reached, fault => Note(fault, problems));
        }
        catch (NodeForgeException fault)
        {
            Note(fault, problems);
        }
        return problems;
    }

    /// <param name="path">The database's path.</param>
    /// <returns>Every problem (NF6101 to NF6108), the first thousand of them; empty when the file is sound.</returns>
    /// <exception cref="NodeForgeException">NF9005: the file cannot be opened.</exception>
    public static IReadOnlyList<Diagnostic> Check(string path)
    {
        using FileStream source = BoltSource.Open(path);
        return Check(source, path);
    }

    private static void Note(NodeForgeException fault, List<Diagnostic> problems)
    {
        if (problems.Count < MaxProblems)
            problems.AddRange(fault.Diagnostics);
    }
}
