using NodeForge.Images.Processes;
using NodeForge.Oci;
using NodeForge.Recipes.Locks;

namespace NodeForge.Images.Debian.Apt;

/// <summary>Finds the files of a Debian source package: the .dsc and the archives that it names.</summary>
internal sealed class SourcePackageResolver(AptRoot root)
{
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.PackageNotInSuite"/>, <see cref="ErrorCodes.WeakHash"/>,
    /// <see cref="ErrorCodes.ArchiveEntryInvalid"/>.</exception>
    public async Task<IReadOnlyList<LockedFile>> ResolveAsync(string package, CancellationToken cancellationToken)
    {
        ProgramResult result = await root.TryAsync("apt-get", ["source", "--print-uris", "--only-source", "--", package], cancellationToken)
            .ConfigureAwait(false);
        string[] files = [.. AptAnswers.PrintedFiles(result.Output)];
        string? description = files.FirstOrDefault(file => file.EndsWith(".dsc", StringComparison.Ordinal));
        if (result.ExitCode != 0 || description is null)
            throw Missing(package);
        ILookup<string, IndexEntry> index = await new PackageIndex(root)
            .FindAsync("Sources", new HashSet<string>(StringComparer.Ordinal) { package }, cancellationToken)
            .ConfigureAwait(false);
        IndexEntry entry =
            index[package].FirstOrDefault(entry => Hashes(entry).Any(file => file.Name == description))
            ?? throw IndexEntry.Weak(package, root.Repository.Suite);
        return
        [
            .. Hashes(entry)
                .OrderBy(file => file.Name, StringComparer.Ordinal)
                .Select(file => entry.ToFile(file.Name, file.Digest, file.Size, root.Repository.Snapshot)),
        ];
    }

    // Checksums-Sha256: a line per file, hash size name
    private static IEnumerable<(string Name, Digest Digest, long Size)> Hashes(IndexEntry entry)
    {
        foreach (string line in entry.Fields.GetValueOrDefault("Checksums-Sha256", "").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split(' ') is [var hash, var size, var name] && Digest.TryParse("sha256:" + hash, out Digest digest))
                yield return (name, digest, IndexEntry.Bytes(size));
        }
    }

    private NodeForgeException Missing(string package) =>
        new(
            new Diagnostic(ErrorCodes.PackageNotInSuite, $"{root.Repository.Suite} has no source package {package}")
            {
                Where = new(string.Join(", ", root.Repository.Suites)),
                Hint = "correct the name in the recipe, or choose a suite that has it",
            }
        );
}
