using NodeForge.Oci.Layers;
using NodeForge.Oci.Tar;

namespace NodeForge.Images.Debian.Bootstrap;

/// <summary>Takes out of a configured root file system what differs from one run to the next, and what a node must not share with
/// another.</summary>
internal static class RootfsNormalizer
{
    // What each line removes, and why it would differ. Folders end in a slash: their content goes, they stay.
    private static readonly string[] Emptied =
    [
        "run/",
        "tmp/",
        "proc/",
        "sys/", // filled at boot
        "var/log/", // dates: dpkg.log, alternatives.log, apt/term.log
        "var/cache/apt/",
        "var/lib/apt/lists/", // the machine's mirrors; binary caches with addresses in them
        "var/cache/debconf/", // backups and times
        "var/tmp/",
    ];

    private static readonly HashSet<string> Removed =
    [
        "var/cache/ldconfig/aux-cache", // inode numbers
        "var/lib/systemd/catalog/database", // a hash table in memory order; journalctl makes it again
        "var/lib/systemd/random-seed",
        "var/lib/dbus/machine-id",
        "var/lib/apt/extended_states",
        "var/lib/dpkg/lock",
        "var/lib/dpkg/lock-frontend",
        "var/lib/dpkg/triggers/Lock",
        "etc/resolv.conf",
        "etc/hostname", // copied from the machine that ran the build
        "etc/apt/sources.list", // names the build's folder
        "etc/apt/apt.conf.d/99mmdebstrap",
        "etc/dpkg/dpkg.cfg.d/99mmdebstrap",
        "etc/apt/apt.conf.d/01autoremove-kernels", // lists the build machine's kernel
        "etc/passwd-",
        "etc/group-",
        "etc/shadow-",
        "etc/gshadow-",
        "etc/subuid-",
        "etc/subgid-",
        ".dockerenv",
        "debootstrap",
    ];

    /// <summary>The entries of the root file system's tar, kept ones only, all of one time.</summary>
    public static List<LayerEntry> Read(string tar, long epoch, RootfsPurpose purpose)
    {
        List<LayerEntry> entries = [];
        using FileStream file = new(tar, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        using TarReader reader = new(file, tar);
        while (reader.Read() is { } entry)
        {
            if (IsKept(entry, purpose))
                entries.Add(Normal(entry, epoch, tar, reader.ContentOffset));
        }

        return entries;
    }

    private static LayerEntry Normal(TarEntry entry, long epoch, string tar, long offset)
    {
        // dpkg gives a folder the time it was made, which is now; one time for all needs no rule for which are true.
        TarEntry normal = entry with
        {
            ModificationTime = epoch,
        };
        // An empty machine-id makes systemd write a new one at first boot (machine-id(5)); a missing one may make it read-only.
        if (entry.Path == "etc/machine-id")
            return new(normal with { Size = 0 }, null);
        return new(normal, entry.Kind == TarEntryKind.File && entry.Size > 0 ? new FileContent(tar, offset, entry.Size) : null);
    }

    private static bool IsKept(TarEntry entry, RootfsPurpose purpose)
    {
        string path = entry.Path;
        if (path.Length == 0 || Removed.Contains(path))
            return false;
        // An engine mounts /dev over whatever is there; device nodes would only keep users without rights from unpacking the image.
        if (purpose == RootfsPurpose.Image && path.StartsWith("dev/", StringComparison.Ordinal))
            return false;
        if (path is "run/lock")
            return true;
        if (path.StartsWith("var/lib/dpkg/", StringComparison.Ordinal) && path.EndsWith("-old", StringComparison.Ordinal))
            return false;
        return !Emptied.Any(folder => path.StartsWith(folder, StringComparison.Ordinal)) || IsLogFolder(entry);
    }

    // Daemons expect their own folder in /var/log to be there.
    private static bool IsLogFolder(TarEntry entry) =>
        entry.Kind == TarEntryKind.Directory && entry.Path.StartsWith("var/log/", StringComparison.Ordinal);
}
