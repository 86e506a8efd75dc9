using NodeForge.Oci.Content;
using NodeForge.Oci.Tar;

namespace NodeForge.Clusters.Diagnostics;

/// <summary>A folder that takes what a node tells of itself. The node is not trusted: no name of its leads out of the folder, no link of
/// its is followed, and it fills
/// no disk.</summary>
internal sealed class NodeLogFolder(string folder)
{
    private const int LongestName = 255;
    private const int MostProblems = 100;
    private readonly HashSet<string> own = new(StringComparer.Ordinal);
    private int untold;

    /// <summary>Bytes that all files may have together.</summary>
    public long MostBytes { get; init; } = 4L << 30;

    public int MostFiles { get; init; } = 50_000;

    public int Files { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>What was left out, and why.</summary>
    public List<string> Problems { get; } = [];

    /// <summary>Notes what was left out; after the first hundred only how many.</summary>
    public void Note(string problem)
    {
        if (Problems.Count < MostProblems)
            Problems.Add(problem);
        else
            Problems[MostProblems - 1] = $"and {++untold + 1} more";
    }

    /// <summary>Creates a file of our own naming, and lets it be written up to the limit.</summary>
    public async Task WriteAsync(string name, Func<Stream, Task> write)
    {
        own.Add(name);
        using CappedFile file = Create(name);
        try
        {
            await write(file).ConfigureAwait(false);
        }
        finally
        {
            Bytes += file.Written;
        }
    }

    /// <summary>Takes the files of a tar stream, below the first part of their names.</summary>
    /// <param name="archive">What the engine made of a folder of the node.</param>
    /// <param name="skip">Whether a path is left out.</param>
    /// <exception cref="NodeForgeException">NF41xx: it is no archive that two readers would read alike.</exception>
    public void Extract(Stream archive, Func<string, bool> skip, CancellationToken cancellationToken)
    {
        using TarReader reader = new(archive, folder, options: null, cancellationToken);
        Dictionary<string, string> links = new(StringComparer.Ordinal);
        HashSet<string> taken = new(StringComparer.Ordinal);
        while (reader.Read() is { } entry)
        {
            string path = entry.Path.IndexOf('/', StringComparison.Ordinal) is > 0 and int slash ? entry.Path[(slash + 1)..] : string.Empty;
            if (path.Length == 0 || entry.Kind == TarEntryKind.Directory || skip(path))
                continue;
            if (!IsPlain(path))
                Note($"refused: '{Printable.Escape(entry.Path)}' is no name for a file here");
            else if (own.Contains(path.Split('/')[0]))
                Note($"refused: {path} has the name of a file that is not the node's to write");
            else if (entry.Kind == TarEntryKind.SymbolicLink && links.Count < MostFiles)
                links[path] = entry.LinkTarget!;
            else if (entry.Kind != TarEntryKind.File)
                Note($"left out: {path} is a {entry.Kind}");
            else if (Files >= MostFiles || Bytes + entry.Size > MostBytes)
            {
                Note($"left out from {path} on: the node has more than {MostFiles} files or {MostBytes >> 20} MiB");
                break;
            }
            else if (taken.Add(path))
                Take(path, reader.Content);
        }

        foreach ((string path, string target) in links)
            Link(path, target, taken);
    }

    private void Take(string path, Stream content)
    {
        using CappedFile file = Create(path);
        content.CopyTo(file);
        Bytes += file.Written;
    }

    private CappedFile Create(string path)
    {
        string target = Path.Combine(folder, path);
        return AtomicFile.Guard(
            target,
            () =>
            {
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                // What an earlier export left is replaced, and never written through.
                File.Delete(target);
                Files++;
                return new CappedFile(target, MostBytes - Bytes);
            }
        );
    }

    // The kubelet's containers/*.log lead to pods/. Such a link is made anew, if it leads to a file that was taken from here; no other link
    // is.
    private void Link(string path, string target, HashSet<string> taken)
    {
        string? within = target.StartsWith("/var/log/", StringComparison.Ordinal) ? target["/var/log/".Length..] : null;
        if (within is null || !taken.Contains(within) || taken.Contains(path))
            return;
        string link = Path.Combine(folder, path);
        AtomicFile.Guard(
            link,
            () =>
            {
                Directory.CreateDirectory(Path.GetDirectoryName(link)!);
                File.Delete(link);
                return File.CreateSymbolicLink(link, Path.GetRelativePath(Path.GetDirectoryName(link)!, Path.Combine(folder, within)));
            }
        );
        taken.Add(path);
    }

    internal static bool IsPlain(string path) =>
        path.Length > 0
        && path.Split('/')
            .All(part =>
                part is not ("" or "." or "..")
                && part.Length <= LongestName
                && !part.Any(letter => char.IsControl(letter) || char.IsSurrogate(letter) || letter == '\\')
            );

    private sealed class CappedFile(string path, long most) : WriteOnlyStream
    {
        private readonly FileStream file = new(path, FileMode.CreateNew, FileAccess.Write);

        public long Written { get; private set; }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (Written + buffer.Length > most)
                throw new InvalidDataException($"{Path.GetFileName(path)} goes beyond the limit for a node");
            file.Write(buffer);
            Written += buffer.Length;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                file.Dispose();
            base.Dispose(disposing);
        }
    }
}
