using NodeForge.Images.Debian;
using NodeForge.Images.Debian.Apt;
using NodeForge.Oci;
using NodeForge.Oci.Registry;
using NodeForge.Recipes;
using NodeForge.Recipes.Locks;

namespace NodeForge.Images.Locking;

/// <summary>Locks one recipe for one platform; what an earlier lock has of it stays unless it is to be taken anew.</summary>
internal sealed class PartLocker(
    AptRoots roots,
    UrlResolver urls,
    RegistryClient? registry,
    BuildEnvironment environment,
    LockOptions options,
    TimeProvider time
)
{
    private readonly ImageLocker registryImages = new(registry, options, time);

    public async Task<LockedPart> LockAsync(
        Recipe recipe,
        string name,
        Platform platform,
        LockedPart? before,
        CancellationToken cancellationToken
    )
    {
        Digest inputs = await PartInputs.OfAsync(recipe, platform, options, cancellationToken).ConfigureAwait(false);
        if (options.UpdatesAll || options.Updates(recipe.Name) || options.Updates(name))
            before = null;
        if (
            before is not null
            && before.Inputs == inputs
            && !UpdateNames.NamesOf(before).Concat(PartInputs.NamesOf(recipe)).Any(options.Updates)
        )
            return before;
        LockedPart part = new()
        {
            Recipe = name,
            Platform = platform.ToString(),
            Inputs = inputs,
        };
        return recipe switch
        {
            BaseImageRecipe image => part with
            {
                Sources = await InstalledAsync(image.Debian, DebianArchitecture.Of(platform), before, cancellationToken)
                    .ConfigureAwait(false),
            },
            ContainerImageRecipe { Debian: { } debian } => part with
            {
                Sources = await ExtractedAsync(debian.From, platform, before, cancellationToken).ConfigureAwait(false),
            },
            KubernetesBuildRecipe build => await BuildAsync(build, part, platform, before, cancellationToken).ConfigureAwait(false),
            NodeImageRecipe node => await NodeAsync(node, part, platform, before, cancellationToken).ConfigureAwait(false),
            _ => part,
        };
    }

    private async Task<IReadOnlyList<LockedPackage>> InstalledAsync(
        DebianPackages packages,
        string architecture,
        LockedPart? before,
        CancellationToken cancellationToken
    )
    {
        DebianRepository repository = DebianRepository.Of(packages, architecture, options.Keyring);
        AptRoot root = await roots.OpenAsync(repository, cancellationToken).ConfigureAwait(false);
        LockedPackage[] kept = [.. Kept(before, repository)];
        string[] update = [.. options.Update.Where(word => kept.Any(package => package.Name == word))];
        return Sorted(
            await new PackageResolver(root, environment.Store)
                .ClosureAsync(packages.Packages, kept, update, cancellationToken)
                .ConfigureAwait(false)
        );
    }

    private async Task<IReadOnlyList<LockedPackage>> ExtractedAsync(
        DebianPackages packages,
        Platform platform,
        LockedPart? before,
        CancellationToken cancellationToken
    )
    {
        DebianRepository repository = DebianRepository.Of(packages, DebianArchitecture.Of(platform), options.Keyring);
        LockedPackage[] kept =
        [
            .. Kept(before, repository).Where(package => packages.Packages.Contains(package.Name) && !options.Updates(package.Name)),
        ];
        string[] anew = [.. packages.Packages.Except(kept.Select(package => package.Name))];
        if (anew.Length == 0)
            return kept;
        AptRoot root = await roots.OpenAsync(repository, cancellationToken).ConfigureAwait(false);
        return Sorted([
            .. kept,
            .. await new PackageResolver(root, environment.Store).ExactlyAsync(anew, cancellationToken).ConfigureAwait(false),
        ]);
    }

    private async Task<LockedPart> BuildAsync(
        KubernetesBuildRecipe build,
        LockedPart part,
        Platform platform,
        LockedPart? before,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<LockedFile> files = await SourceAsync(build, before, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<LockedPackage> packages = await InstalledAsync(build.Toolchain, options.BuildArchitecture, before, cancellationToken)
            .ConfigureAwait(false);
        bool same =
            before is not null
            && before.Inputs == part.Inputs
            && before.Files.SequenceEqual(files)
            && Sorted(before.Packages).SequenceEqual(packages);
        return part with { Sources = [.. packages, .. files], Output = same ? before!.Output : null };
    }

    private async Task<IReadOnlyList<LockedFile>> SourceAsync(
        KubernetesBuildRecipe build,
        LockedPart? before,
        CancellationToken cancellationToken
    )
    {
        if (build.Source is { } package)
            return await PackageAsync(package, before, cancellationToken).ConfigureAwait(false);
        if (build.Tree?.Url is not { } template)
            return []; // of this machine: the recipe's digest covers it
        string url = template.Replace("{version}", build.Version, StringComparison.Ordinal);
        string name = Path.GetFileName(new Uri(url).AbsolutePath);
        LockedFile? kept = options.Updates(name) ? null : before?.Files.FirstOrDefault(file => file.Name == name && file.Url == url);
        return [kept ?? await urls.ResolveAsync(name, url, null, cancellationToken).ConfigureAwait(false)];
    }

    private async Task<IReadOnlyList<LockedFile>> PackageAsync(DebianSource source, LockedPart? before, CancellationToken cancellationToken)
    {
        DebianRepository repository = DebianRepository.Of(source, DebianArchitecture.OfThisMachine, options.Keyring);
        LockedFile[] kept =
        [
            .. (before?.Files ?? []).Where(file =>
                file.Name.StartsWith(source.Package + "_", StringComparison.Ordinal)
                && repository.Suites.Contains(file.Suite)
                && file.Snapshot == source.Snapshot
            ),
        ];
        bool update = options.Updates(source.Package) || kept.Any(file => options.Updates(file.Name));
        if (!update && kept.Any(file => file.Name.EndsWith(".dsc", StringComparison.Ordinal)))
            return kept;
        AptRoot root = await roots.OpenAsync(repository, cancellationToken).ConfigureAwait(false);
        return await new SourcePackageResolver(root).ResolveAsync(source.Package, cancellationToken).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<LockedFile>> FilesAsync(
        NodeImageRecipe node,
        Platform platform,
        LockedPart? before,
        CancellationToken cancellationToken
    )
    {
        List<LockedFile> files = [];
        foreach ((string name, string url, string? checksums) in PartInputs.Urls(node, platform))
        {
            LockedFile? kept = options.Updates(name) ? null : before?.Files.FirstOrDefault(file => file.Name == name && file.Url == url);
            files.Add(kept ?? await urls.ResolveAsync(name, url, checksums, cancellationToken).ConfigureAwait(false));
        }

        return files;
    }

    private async Task<LockedPart> NodeAsync(
        NodeImageRecipe node,
        LockedPart part,
        Platform platform,
        LockedPart? before,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<LockedFile> files = await FilesAsync(node, platform, before, cancellationToken).ConfigureAwait(false);
        List<ImageSource> sources = [.. PartInputs.Images(node)];
        if (node.Images.Any(image => image.OfKubeadm))
        {
            IReadOnlyList<string> asked = await new KubeadmQuestion(environment)
                .AskAsync(node, files, platform, cancellationToken)
                .ConfigureAwait(false);
            // What another entry stands for already is the recipe's own choice.
            IEnumerable<string> left = asked.Except(node.Images.SelectMany(image => image.Names ?? []));
            sources.AddRange(left.Select(reference => new ImageSource(ImageSource.RegistryTransport + reference, null)));
        }

        List<LockedImage> images = [];
        foreach (ImageSource image in sources.DistinctBy(image => image.Text))
        {
            // A digest beside the reference may be new; where it is an index's, the lock cannot tell, and the registry is asked.
            bool pinned = image.Digest is not null && !image.Text.Contains('@', StringComparison.Ordinal);
            LockedImage? kept = options.Updates(image.Text)
                ? null
                : before?.Images.FirstOrDefault(locked => locked.Reference == image.Text && (!pinned || locked.Digest == image.Digest));
            images.Add(kept ?? await registryImages.LockAsync(image, platform, cancellationToken).ConfigureAwait(false));
        }

        return part with
        {
            Sources = [.. files, .. images],
        };
    }

    // Of another suite, snapshot or architecture nothing can stay.
    private static IEnumerable<LockedPackage> Kept(LockedPart? before, DebianRepository repository)
    {
        IReadOnlyList<LockedPackage> packages = before?.Packages ?? [];
        bool fits = packages.All(package =>
            repository.Suites.Contains(package.Suite)
            && package.Snapshot == repository.Snapshot
            && (package.Architecture == "all" || package.Architecture == repository.Architecture)
        );
        return fits ? packages : [];
    }

    private static LockedPackage[] Sorted(IEnumerable<LockedPackage> packages) =>
        [
            .. packages
                .OrderBy(package => package.Name, StringComparer.Ordinal)
                .ThenBy(package => package.Architecture, StringComparer.Ordinal),
        ];
}
