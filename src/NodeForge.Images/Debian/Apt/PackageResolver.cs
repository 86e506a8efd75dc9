using NodeForge.Images.Processes;
using NodeForge.Oci;
using NodeForge.Recipes.Locks;

namespace NodeForge.Images.Debian.Apt;

/// <summary>Asks apt which packages it takes; keeps what an earlier lock has.</summary>
internal sealed class PackageResolver(AptRoot root, BlobStore store)
{
    // The shells, tools and libraries that make up a Debian system, and the package that says that /usr is merged: init-system-helpers asks
    // for it or for
    // usrmerge, which converts old systems and brings Perl's modules along. A rootfs that is made today is merged from its first file on.
    private const string Essential = "?essential";
    private const string Merged = "usr-is-merged";

    /// <summary>The essential packages and those named, with all that they depend on.</summary>
    /// <param name="names">What the recipe names.</param>
    /// <param name="kept">What the lock has, to stay as it is.</param>
    /// <param name="update">Names among them to take anew.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.PackageNotInSuite"/>,
    /// <see cref="ErrorCodes.PackagesUnsatisfiable"/>.</exception>
    public async Task<IReadOnlyList<LockedPackage>> ClosureAsync(
        IReadOnlyList<string> names,
        IReadOnlyList<LockedPackage> kept,
        IReadOnlyList<string> update,
        CancellationToken cancellationToken
    )
    {
        KeptPackages known = await KeptPackages.WriteAsync(root, store, kept, names, cancellationToken).ConfigureAwait(false);
        List<string> asked = [.. names.Where(name => !known.Names.Contains(name) || update.Contains(name)), .. update.Except(names)];
        if (known.Packages.Count == 0)
            asked = [Essential, .. await MergedAsync(cancellationToken).ConfigureAwait(false), .. asked];
        string[] arguments =
        [
            "install",
            "--simulate",
            "--assume-yes",
            "--no-install-recommends",
            "--auto-remove",
            .. known.Options,
            "--",
            .. asked,
        ];
        ProgramResult result = await root.TryAsync("apt-get", arguments, cancellationToken).ConfigureAwait(false);
        if (result.ExitCode != 0)
            throw AptResolutionFailure.Explain(root.Repository, result);
        (IReadOnlyList<ChosenPackage> installed, IReadOnlySet<string> removed) = AptAnswers.Simulation(result.Output);
        HashSet<string> replaced = [.. removed, .. installed.Select(package => package.Name)];
        return
        [
            .. known.Packages.Where(package => !replaced.Contains(package.Name)),
            .. await LockedAsync(installed, cancellationToken).ConfigureAwait(false),
        ];
    }

    /// <summary>The named packages, and nothing else.</summary>
    public async Task<IReadOnlyList<LockedPackage>> ExactlyAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        if (names.Count == 0)
            return [];
        ProgramResult result = await root.TryAsync("apt-get", ["download", "--print-uris", "--", .. names], cancellationToken)
            .ConfigureAwait(false);
        if (result.ExitCode != 0)
            throw AptResolutionFailure.Explain(root.Repository, result);
        // name_version_arch.deb, a colon written %3a
        ChosenPackage[] chosen =
        [
            .. AptAnswers
                .PrintedFiles(result.Output)
                .Select(file => Path.GetFileNameWithoutExtension(file).Split('_'))
                .Select(parts =>
                    parts is [var name, var version, var architecture]
                        ? new ChosenPackage(name, version, architecture)
                        : throw NotIndexed(new(string.Join('_', parts), "", ""))
                ),
        ];
        return await LockedAsync(chosen, cancellationToken).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<LockedPackage>> LockedAsync(IReadOnlyList<ChosenPackage> chosen, CancellationToken cancellationToken)
    {
        ILookup<string, IndexEntry> index = await new PackageIndex(root)
            .FindAsync("Packages", chosen.Select(package => package.Name).ToHashSet(StringComparer.Ordinal), cancellationToken)
            .ConfigureAwait(false);
        return
        [
            .. chosen.Select(package =>
                index[package.Name]
                    .FirstOrDefault(entry => entry.Version == package.Version && entry.Architecture == package.Architecture)
                    ?.ToPackage(root.Repository.Snapshot)
                ?? throw NotIndexed(package)
            ),
        ];
    }

    private async Task<string[]> MergedAsync(CancellationToken cancellationToken)
    {
        ProgramResult known = await root.TryAsync("apt-cache", ["show", "--no-all-versions", Merged], cancellationToken)
            .ConfigureAwait(false);
        return known.ExitCode == 0 && known.Output.Length > 0 ? [Merged] : [];
    }

    private NodeForgeException NotIndexed(ChosenPackage package) =>
        new(
            new Diagnostic(
                ErrorCodes.ArchiveIndexUnavailable,
                $"apt chose {package.Name} {package.Version}, which no index of {root.Repository.Suite} has"
            )
            {
                Where = new(root.PathOf("lists")),
                Hint = "remove this folder and run again",
            }
        );
}
