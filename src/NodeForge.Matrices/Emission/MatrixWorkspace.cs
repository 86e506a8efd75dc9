using NodeForge.Files;
using NodeForge.Oci;
using NodeForge.Oci.Content;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Tar;
using NodeForge.Recipes;
using NodeForge.Recipes.Locks;

namespace NodeForge.Matrices.Emission;

/// <summary>Everything that building a matrix reads of this machine, as one archive: the matrix, its locks, recipes and the files that they
/// name.</summary>
/// <remarks>The same files give the same bytes. A ConfigMap alone keeps neither folders nor links nor the mark of a program.</remarks>
public sealed class MatrixWorkspace
{
    /// <summary>Bytes of files: what a ConfigMap takes is a twentieth of it, and text packs about so.</summary>
    private const long MostPlain = 32 << 20;

    private MatrixWorkspace(byte[] tar, string matrixPath) => (Tar, MatrixPath) = (tar, matrixPath);

    /// <summary>A tar archive, not compressed.</summary>
    public byte[] Tar { get; }

    /// <summary>Where the matrix lies in it.</summary>
    public string MatrixPath { get; }

    public Digest Digest => Digest.Of(Tar);

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.MatrixNotPortable"/>; <see cref="ErrorCodes.LockMissing"/>.</exception>
    public static MatrixWorkspace Of(Matrix matrix)
    {
        SortedSet<string> paths = new(StringComparer.Ordinal);
        foreach (string path in InputsOf(matrix).Distinct())
            Collect(path, paths);
        string root = CommonFolder(paths);
        long size = paths.Sum(path => RegularFile.SizeOf(path) ?? 0);
        if (size > MostPlain)
            throw TooLarge(matrix, size, MostPlain);
        Dictionary<string, LayerEntry> entries = new(StringComparer.Ordinal);
        foreach (string path in paths)
            Add(entries, Path.GetRelativePath(root, path), path);
        using MemoryStream tar = new();
        LayerWriter.Write([.. entries.Values], tar, epoch: 0);
        return new(tar.ToArray(), Path.GetRelativePath(root, matrix.File));
    }

    internal static NodeForgeException TooLarge(Matrix matrix, long size, long most) =>
        new(
            new Diagnostic(ErrorCodes.MatrixNotPortable, "the files of the matrix are too large to be carried into a cluster")
            {
                Where = new(matrix.File),
                Got = ByteCount.Show(size),
                Want = "at most " + ByteCount.Show(most),
                Hint = ErrorCodes.MatrixNotPortable.Remedy,
            }
        );

    private static IEnumerable<string> InputsOf(Matrix matrix)
    {
        yield return matrix.File;
        foreach (MatrixImage image in matrix.Images)
        {
            string locked = matrix.LockPathOf(image);
            _ = RecipeLockFile.Read(locked, matrix.File); // or it says what to do
            yield return locked;
            foreach (Recipe recipe in LockedParts.All(image.Recipe))
            {
                yield return recipe.File;
                foreach (string input in recipe.LocalInputs)
                    yield return input;
            }
        }
    }

    private static void Collect(string path, SortedSet<string> paths)
    {
        paths.Add(path);
        if (LocalPath.KindOf(path, follow: false) != LocalKind.Folder)
            return;
        foreach (string child in AtomicFile.Guard(path, () => Directory.GetFileSystemEntries(path)))
            Collect(child, paths);
    }

    private static string CommonFolder(IEnumerable<string> paths)
    {
        string[]? common = null;
        foreach (string[] parts in paths.Select(path => Path.GetDirectoryName(path)!.Split('/')))
            common = common is null
                ? parts
                : [.. common.Zip(parts).TakeWhile(pair => pair.First == pair.Second).Select(pair => pair.First)];
        return common is { Length: > 1 } ? string.Join('/', common) : "/";
    }

    private static void Add(Dictionary<string, LayerEntry> entries, string name, string path)
    {
        for (int slash = name.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = name.IndexOf('/', slash + 1))
            entries.TryAdd(name[..slash], Folder(name[..slash]));
        entries[name] = LocalPath.KindOf(path, follow: false) switch
        {
            LocalKind.Folder => Folder(name),
            LocalKind.File => FileOf(name, path),
            _ => new(
                new()
                {
                    Path = name,
                    Kind = TarEntryKind.SymbolicLink,
                    Mode = 0x1ff,
                    LinkTarget = new FileInfo(path).LinkTarget,
                },
                null
            ),
        };
    }

    private static LayerEntry Folder(string name) =>
        new(
            new()
            {
                Path = name,
                Kind = TarEntryKind.Directory,
                Mode = 0x1ed,
            },
            null
        );

    // The owner's mark of a program is part of a recipe's digest; the rest of a mode is the umask's.
    private static LayerEntry FileOf(string name, string path)
    {
        byte[] bytes = AtomicFile.Guard(path, () => File.ReadAllBytes(path));
        bool program = (File.GetUnixFileMode(path) & UnixFileMode.UserExecute) != 0;
        return new(
            new()
            {
                Path = name,
                Kind = TarEntryKind.File,
                Mode = program ? 0x1ed : 0x1a4,
                Size = bytes.Length,
            },
            bytes.Length == 0 ? null : new InlineContent(bytes)
        );
    }
}
