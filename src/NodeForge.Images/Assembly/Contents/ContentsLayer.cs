using NodeForge.Oci;
using NodeForge.Oci.Content;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Tar;
using NodeForge.Recipes;

namespace NodeForge.Images.Assembly.Contents;

/// <summary>Lays down what a recipe's <c>files</c> and <c>systemd</c> ask for.</summary>
/// <param name="store">Large files are read once, into it.</param>
/// <param name="binaries">The programs of a Kubernetes build, by name.</param>
internal sealed class ContentsLayer(BlobStore store, IReadOnlyDictionary<string, ActionOutput> binaries)
{
    private const int ProgramMode = 0x1ed; // 0755
    private const int FileMode = 0x1a4; // 0644
    private const int LinkMode = 0x1ff; // 0777

    public void Lay(ImageContents contents, LayerDraft draft, CancellationToken cancellationToken)
    {
        foreach (FileSource file in contents.Files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Lay(file, draft);
        }
    }

    private void Lay(FileSource file, LayerDraft draft)
    {
        string path = file.Path.Trim('/');
        switch (file.Kind)
        {
            case FileSourceKind.Tree:
                LayTree(file, path, draft);
                break;
            case FileSourceKind.File:
                LayFile(new FileInfo(file.Source!), path, file, draft);
                break;
            case FileSourceKind.Content:
                byte[] text = System.Text.Encoding.UTF8.GetBytes(file.Content!);
                draft.Add(
                    Entry(path, TarEntryKind.File, file, FileMode) with
                    {
                        Size = text.Length,
                    },
                    text.Length == 0 ? null : new InlineContent(text)
                );
                break;
            case FileSourceKind.Directory:
                draft.Add(Entry(path, TarEntryKind.Directory, file, ProgramMode), null);
                break;
            case FileSourceKind.SymbolicLink:
                draft.Add(Entry(path, TarEntryKind.SymbolicLink, file, LinkMode) with { LinkTarget = file.Target }, null);
                break;
            case FileSourceKind.KubernetesBinary:
                LayBinary(path, file, draft);
                break;
        }
    }

    // A checkout keeps of a mode only whether a file is a program, and its umask must not reach the image.
    private void LayTree(FileSource tree, string at, LayerDraft draft)
    {
        DirectoryInfo root = new(tree.Source!);
        foreach (FileSystemInfo item in root.EnumerateFileSystemInfos().OrderBy(item => item.Name, StringComparer.Ordinal))
        {
            string path = at.Length == 0 ? item.Name : $"{at}/{item.Name}";
            if (item.LinkTarget is { } target)
                draft.Add(Entry(path, TarEntryKind.SymbolicLink, tree, LinkMode) with { LinkTarget = target }, null);
            else if (item is FileInfo file)
                LayFile(file, path, tree, draft);
            else
                LayFolder((DirectoryInfo)item, tree, path, draft);
        }
    }

    private void LayFolder(DirectoryInfo folder, FileSource tree, string path, LayerDraft draft)
    {
        if (!draft.BelowHasFolder(path))
            draft.Add(Entry(path, TarEntryKind.Directory, tree, ProgramMode), null);
        LayTree(tree with { Source = folder.FullName }, path, draft);
    }

    private void LayFile(FileInfo file, string path, FileSource source, LayerDraft draft)
    {
        (int mode, Descriptor blob) = AtomicFile.Guard(
            file.FullName,
            () =>
            {
                using FileStream content = file.OpenRead();
                using BlobIngest ingest = store.BeginIngest();
                content.CopyTo(ingest, 1 << 20);
                // The open file's: a link's own mode says that everything is a program.
                return (
                    (File.GetUnixFileMode(content.SafeFileHandle) & UnixFileMode.UserExecute) != 0 ? ProgramMode : FileMode,
                    ingest.Commit()
                );
            }
        );
        draft.Add(
            Entry(path, TarEntryKind.File, source, mode) with
            {
                Size = blob.Size,
            },
            blob.Size == 0 ? null : new BlobContent(store, blob.Digest)
        );
    }

    private void LayBinary(string path, FileSource file, LayerDraft draft)
    {
        if (!binaries.TryGetValue(file.KubernetesBinary!, out ActionOutput? binary))
        {
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.TarballIncomplete, $"no Kubernetes build gives '{file.KubernetesBinary}' to this image")
                {
                    Where = new("/" + path),
                    Got =
                        binaries.Count == 0 ? "an image built on its own" : string.Join(", ", binaries.Keys.Order(StringComparer.Ordinal)),
                    Hint = "name the image in the 'images' of a KubernetesBuild recipe, or take the file from 'source'",
                }
            );
        }

        draft.Add(Entry(path, TarEntryKind.File, file, ProgramMode) with { Size = binary.Size }, new BlobContent(store, binary.Digest));
    }

    private static TarEntry Entry(string path, TarEntryKind kind, FileSource source, int usualMode) =>
        new()
        {
            Path = path,
            Kind = kind,
            Mode = source.Mode ?? usualMode,
            Uid = source.Uid,
            Gid = source.Gid,
        };
}
