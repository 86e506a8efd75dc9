using System.Formats.Tar;
using System.Text;

namespace NodeForge.Clusters.Nodes;

/// <summary>A file to lay into a node, owned by root.</summary>
internal sealed record NodeFile(string Path, string Content, UnixFileMode Mode, string? Target = null)
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Everybody = Owner | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public static NodeFile Public(string path, string content) => new(path, content, Everybody);

    public static NodeFile Secret(string path, string content) => new(path, content, Owner);

    public static NodeFile Link(string path, string target) => new(path, string.Empty, Everybody, target);

    /// <summary>Writes files as a tar stream to be unpacked at the root; missing folders are made by the one who unpacks.</summary>
    public static async Task WriteTarAsync(
        IEnumerable<NodeFile> files,
        Stream target,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        TarWriter tar = new(target, TarEntryFormat.Ustar, leaveOpen: true);
        await using (tar.ConfigureAwait(false))
        {
            foreach (NodeFile file in files)
            {
                UstarTarEntry entry = new(
                    file.Target is null ? TarEntryType.RegularFile : TarEntryType.SymbolicLink,
                    file.Path.TrimStart('/')
                )
                {
                    Mode = file.Mode,
                    ModificationTime = clock.GetUtcNow(),
                };
                if (file.Target is null)
                    entry.DataStream = new MemoryStream(Encoding.UTF8.GetBytes(file.Content));
                else
                    entry.LinkName = file.Target;
                await tar.WriteEntryAsync(entry, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
