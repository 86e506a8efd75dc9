using System.Globalization;

namespace NodeForge.EndToEnd.Tests.NodeImages;

/// <summary>A file of a booted node, as find tells it.</summary>
internal sealed record NodeFile(string Path, char Type, int Mode, long Uid, long Gid, string Inode)
{
    public const int SetUidOrGid = 0b110_000_000_000;

    /// <summary>Everything on the image's own file system and on /var, which is a volume.</summary>
    public static async Task<Dictionary<string, NodeFile>> ListAsync(BootedNode node)
    {
        string listing = await node.RunAsync("find", "/", "/var", "-xdev", "-printf", @"%y\t%m\t%U\t%G\t%D:%i\t%p\n");
        Dictionary<string, NodeFile> files = [];
        foreach (string line in listing.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] field = line.Split('\t', 6);
            string path = field[5].TrimStart('/');
            files[path] = new(path, field[0][0], Convert.ToInt32(field[1], 8), Number(field[2]), Number(field[3]), field[4]);
        }

        return files;
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
