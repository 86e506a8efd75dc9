namespace NodeForge.Oci.Tar;

/// <summary>What an archive may hold. Layers may hold anything; archives of programs only what programs are.</summary>
/// <remarks>One policy object judges one archive: it remembers what it saw.</remarks>
public sealed class TarPolicy
{
    private readonly string archive;
    private readonly Dictionary<string, TarEntryKind> seen = new(StringComparer.Ordinal);
    private int entries;
    private long bytes;
    private long names;

    private TarPolicy(string archive) => this.archive = archive;

    /// <summary>How many entries an archive may have.</summary>
    public int MaximumEntries { get; init; } = 100_000;

    /// <summary>How many bytes its files may have together.</summary>
    public long MaximumBytes { get; init; } = 16L << 30;

    /// <summary>Letters that the names of entries and of the folders above them may have together: all of them are kept.</summary>
    public long MaximumNames { get; init; } = 32L << 20;

    /// <summary>Regular files, directories, symbolic links that are relative and stay inside, and hard links to files before them; no path
    /// twice, nothing below a link, no setuid bits.</summary>
    /// <param name="archive">What messages call the archive.</param>
    public static TarPolicy Strict(string archive) => new(archive);

    /// <summary>Judges the next entry.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ArchiveEntryRefused"/>,
    /// <see cref="ErrorCodes.ArchiveTooLarge"/>.</exception>
    public void Check(TarEntry entry)
    {
        entries++;
        if (entry.Path.Length == 0)
            return;
        CheckLimits(entry);
        CheckKind(entry);
        CheckPlace(entry);
    }

    private void CheckLimits(TarEntry entry)
    {
        if (entries > MaximumEntries)
            throw Refuse(
                ErrorCodes.ArchiveTooLarge,
                entry,
                "the archive has too many entries",
                $"more than {MaximumEntries}",
                $"at most {MaximumEntries}"
            );
        if (entry.Size > MaximumBytes - bytes)
            throw Refuse(
                ErrorCodes.ArchiveTooLarge,
                entry,
                "the files of the archive are too large together",
                $"more than {MaximumBytes} bytes",
                $"at most {MaximumBytes}"
            );
        bytes += entry.Size;
        Keep(entry, entry.Path);
    }

    private void CheckKind(TarEntry entry)
    {
        if (entry.Kind is not (TarEntryKind.File or TarEntryKind.Directory or TarEntryKind.SymbolicLink or TarEntryKind.HardLink))
            throw Refuse(
                ErrorCodes.ArchiveEntryRefused,
                entry,
                "the archive holds something that is neither file, directory nor link",
                entry.Kind.ToString()
            );
        if (entry.Kind == TarEntryKind.File && (entry.Mode & 0xc00) != 0) // setuid, setgid
            throw Refuse(
                ErrorCodes.ArchiveEntryRefused,
                entry,
                "a program in the archive takes the rights of its owner",
                Convert.ToString(entry.Mode, 8),
                "no setuid or setgid bit"
            );
        if (entry.Kind == TarEntryKind.SymbolicLink && !StaysInside(entry.Path, entry.LinkTarget!))
            throw Refuse(
                ErrorCodes.ArchiveEntryRefused,
                entry,
                "a symbolic link leads out of the archive",
                entry.LinkTarget,
                "a relative target within"
            );
        // A second name of a symbolic link may lead out from its other folder, and one of a later file is to some readers what lay there
        // before.
        if (
            entry.Kind == TarEntryKind.HardLink
            && seen.GetValueOrDefault(entry.LinkTarget!, TarEntryKind.Directory) is not (TarEntryKind.File or TarEntryKind.HardLink)
        )
            throw Refuse(
                ErrorCodes.ArchiveEntryRefused,
                entry,
                "a hard link is the name of no file before it in the archive",
                entry.LinkTarget,
                "the path of a file"
            );
    }

    private void CheckPlace(TarEntry entry)
    {
        for (int slash = entry.Path.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = entry.Path.IndexOf('/', slash + 1))
        {
            string parent = entry.Path[..slash];
            if (seen.TryAdd(parent, TarEntryKind.Directory))
                Keep(entry, parent);
            else if (seen[parent] != TarEntryKind.Directory)
                throw Refuse(
                    ErrorCodes.ArchiveEntryRefused,
                    entry,
                    $"an entry lies below '{parent}', which is no directory",
                    seen[parent].ToString()
                );
        }

        // A directory may come after what is in it, and again: tar -r leaves such archives, and they mean one thing.
        if (!seen.TryAdd(entry.Path, entry.Kind) && (entry.Kind != TarEntryKind.Directory || seen[entry.Path] != TarEntryKind.Directory))
            throw Refuse(ErrorCodes.ArchiveEntryRefused, entry, "a path is in the archive twice");
    }

    private void Keep(TarEntry entry, string name)
    {
        names += name.Length;
        if (names > MaximumNames)
            throw Refuse(
                ErrorCodes.ArchiveTooLarge,
                entry,
                "the names of the archive are too long together",
                $"more than {MaximumNames} letters",
                $"at most {MaximumNames}"
            );
    }

    // Nothing lies below a link, so the folder of a link is a real one, and steps up from it are what they look like. After a step down
    // they are not:
    // that step may have gone through another link (CVE-2026-26960), so '..' may only lead.
    private static bool StaysInside(string path, string target)
    {
        if (target.StartsWith('/'))
            return false;
        int depth = path.Count(c => c == '/');
        bool down = false;
        foreach (string part in target.Split('/'))
        {
            if (part == ".." && (down || --depth < 0))
                return false;
            down |= part is not ("" or "." or "..");
        }

        return true;
    }

    private NodeForgeException Refuse(ErrorCode code, TarEntry entry, string what, string? got = null, string? want = null) =>
        new(
            new Diagnostic(code, what)
            {
                Where = new(archive, Detail: FormattableString.Invariant($"entry {entries}, '{entry.Path}'")),
                Got = got,
                Want = want,
                Hint = "check where the archive comes from",
            }
        );
}
