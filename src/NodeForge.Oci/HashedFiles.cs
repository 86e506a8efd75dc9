using System.Globalization;
using System.Text;
using NodeForge.Oci.Content;

namespace NodeForge.Oci;

/// <summary>Which files of a cache earlier processes found to be what their names say, in a file of the cache. Losing it costs one
/// hashing.</summary>
/// <remarks>A file counts as long as device, inode, length, time and change time stay, what an index of git goes by, and its bytes have the
/// sum that they had: a disk that rots leaves the times alone. One that changed within the tick of the file system's clock in which the
/// list is written could change again without a trace, and is left out (git's "racily clean" entries).</remarks>
internal sealed class HashedFiles(string file)
{
    private const string Mark = "nodeforge hashed files 2";
    private const int LargestList = 64 << 20; // some 400,000 blobs

    // Clocks of Linux' own file systems tick every 1 to 10 ms. Where they tick by seconds, the list is written without what is new.
    private const int Waits = 4;
    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(5);
    private readonly Lazy<Dictionary<Digest, HashedFile>> listed = new(() => Read(file));

    public UInt128? SumOf(Digest digest, FileIdentity identity) =>
        listed.Value.TryGetValue(digest, out HashedFile then) && then.Identity == identity ? then.Sum : null;

    /// <summary>Writes the list with what was hashed since; nothing where that is nothing. A list that cannot be written is the next
    /// process's loss alone.</summary>
    public void Add(IReadOnlyDictionary<Digest, HashedFile> hashed)
    {
        Dictionary<Digest, HashedFile> news = hashed
            .Where(pair => pair.Value.Sum is not null && SumOf(pair.Key, pair.Value.Identity) is null)
            .ToDictionary();
        if (news.Count == 0)
            return;
        string temporary = AtomicFile.TemporaryOf(file);
        try
        {
            long now = Now(temporary, news.Values.Max(Last));
            Dictionary<Digest, HashedFile> all = new(listed.Value);
            foreach ((Digest digest, HashedFile of) in news.Where(pair => Last(pair.Value) < now))
                all[digest] = of;
            File.WriteAllText(temporary, Text(all));
            File.Move(temporary, file, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            AtomicFile.Discard(temporary);
        }
    }

    // The file system's own time, which files are compared by; the machine's may be another.
    private static long Now(string temporary, long last)
    {
        for (int waited = 0; ; waited++)
        {
            File.WriteAllText(temporary, Mark);
            long now = FileIdentity.Of(temporary)?.Modified ?? 0;
            if (now > last || waited == Waits)
                return now;
            Thread.Sleep(Wait);
        }
    }

    private static long Last(HashedFile of) => Math.Max(of.Identity.Modified, of.Identity.Changed);

    private string Text(Dictionary<Digest, HashedFile> all)
    {
        StringBuilder text = new(Mark + "\n");
        string folder = Path.Combine(Path.GetDirectoryName(file)!, "sha256");
        foreach (
            (Digest digest, (FileIdentity of, UInt128? sum)) in all.OrderBy(pair => pair.Key)
                .Where(pair => File.Exists(Path.Combine(folder, pair.Key.Hex)))
        )
            text.Append(CultureInfo.InvariantCulture, $"{digest} {of.Device} {of.Inode} {of.Size} {of.Modified} {of.Changed} {sum}\n");
        return text.ToString();
    }

    private static Dictionary<Digest, HashedFile> Read(string file)
    {
        Dictionary<Digest, HashedFile> read = [];
        try
        {
            if (RegularFile.SizeOf(file) is not (> 0 and < LargestList))
                return read;
            string[] lines = File.ReadAllLines(file);
            foreach (string line in lines[0] == Mark ? lines[1..] : [])
            {
                if (Parse(line.Split(' ')) is var (digest, of))
                    read[digest] = of;
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // As if there were none.
        }

        return read;
    }

    private static (Digest Digest, HashedFile File)? Parse(string[] fields) =>
        fields is [var name, var device, var inode, var size, var modified, var changed, var summed]
        && Digest.TryParse(name, out Digest digest)
        && ulong.TryParse(device, CultureInfo.InvariantCulture, out ulong on)
        && ulong.TryParse(inode, CultureInfo.InvariantCulture, out ulong at)
        && long.TryParse(size, CultureInfo.InvariantCulture, out long bytes)
        && long.TryParse(modified, CultureInfo.InvariantCulture, out long time)
        && long.TryParse(changed, CultureInfo.InvariantCulture, out long change)
        && UInt128.TryParse(summed, CultureInfo.InvariantCulture, out UInt128 sum)
            ? (digest, new(new(on, at, bytes, time, change), sum))
            : null;
}
