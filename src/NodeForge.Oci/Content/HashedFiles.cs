using System.Globalization;
using System.Text;

namespace NodeForge.Oci.Content;

/// <summary>Which files of a cache earlier processes found to be what their names say, in a file of the cache. Losing it costs one
/// hashing.</summary>
/// <remarks>A file counts as long as device, inode, length, time and change time stay: what an index of git goes by. One that changed
/// within the tick of the file system's clock in
/// which the list is written could change again without a trace, and is left out (git's "racily clean" entries).</remarks>
internal sealed class HashedFiles(string file)
{
    private const string Mark = "nodeforge hashed files 1";
    private const int LargestList = 64 << 20; // some 400,000 blobs

    // Clocks of Linux' own file systems tick every 1 to 10 ms. Where they tick by seconds, the list is written without what is new.
    private const int Waits = 4;
    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(5);
    private readonly Lazy<Dictionary<Digest, FileIdentity>> listed = new(() => Read(file));

    public bool Has(Digest digest, FileIdentity identity) => listed.Value.TryGetValue(digest, out FileIdentity then) && then == identity;

    /// <summary>Writes the list with what was hashed since; nothing where that is nothing. A list that cannot be written is the next
    /// process's loss alone.</summary>
    public void Add(IReadOnlyDictionary<Digest, FileIdentity> hashed)
    {
        Dictionary<Digest, FileIdentity> news = hashed.Where(pair => !Has(pair.Key, pair.Value)).ToDictionary();
        if (news.Count == 0)
            return;
        string temporary = AtomicFile.TemporaryOf(file);
        try
        {
            long now = Now(temporary, news.Values.Max(Last));
            Dictionary<Digest, FileIdentity> all = new(listed.Value);
            foreach ((Digest digest, FileIdentity identity) in news.Where(pair => Last(pair.Value) < now))
                all[digest] = identity;
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

    private static long Last(FileIdentity identity) => Math.Max(identity.Modified, identity.Changed);

    private string Text(Dictionary<Digest, FileIdentity> all)
    {
        StringBuilder text = new(Mark + "\n");
        string folder = Path.Combine(Path.GetDirectoryName(file)!, "sha256");
        foreach (
            (Digest digest, FileIdentity of) in all.OrderBy(pair => pair.Key).Where(pair => File.Exists(Path.Combine(folder, pair.Key.Hex)))
        )
            text.Append(CultureInfo.InvariantCulture, $"{digest} {of.Device} {of.Inode} {of.Size} {of.Modified} {of.Changed}\n");
        return text.ToString();
    }

    private static Dictionary<Digest, FileIdentity> Read(string file)
    {
        Dictionary<Digest, FileIdentity> read = [];
        try
        {
            if (RegularFile.SizeOf(file) is not (> 0 and < LargestList))
                return read;
            string[] lines = File.ReadAllLines(file);
            foreach (string line in lines[0] == Mark ? lines[1..] : [])
            {
                if (Parse(line.Split(' ')) is var (digest, identity))
                    read[digest] = identity;
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // As if there were none.
        }

        return read;
    }

    private static (Digest Digest, FileIdentity Identity)? Parse(string[] fields) =>
        fields is [var name, var device, var inode, var size, var modified, var changed]
        && Digest.TryParse(name, out Digest digest)
        && ulong.TryParse(device, CultureInfo.InvariantCulture, out ulong on)
        && ulong.TryParse(inode, CultureInfo.InvariantCulture, out ulong at)
        && long.TryParse(size, CultureInfo.InvariantCulture, out long bytes)
        && long.TryParse(modified, CultureInfo.InvariantCulture, out long time)
        && long.TryParse(changed, CultureInfo.InvariantCulture, out long change)
            ? (digest, new(on, at, bytes, time, change))
            : null;
}
