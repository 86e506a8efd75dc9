using NodeForge.Images.Fetching;
using NodeForge.Images.Planning;
using NodeForge.Oci;
using NodeForge.Oci.Content;
using NodeForge.Recipes;
using NodeForge.Recipes.Locks;

namespace NodeForge.Images.Locking;

/// <summary>Locks one recipe for one platform; what an earlier lock has of it stays unless it is to be taken anew.</summary>
internal sealed class PartLocker(AptRoots roots, UrlResolver urls, IImageRegistry? registry, BlobStore store, LockOptions options, TimeProvider time)
{
    public async Task<LockedPart> LockAsync(Recipe recipe, string name, Platform platform, LockedPart? before, CancellationToken cancellationToken)
    {
        Digest inputs = await PartInputs.OfAsync(recipe, platform, options, cancellationToken).ConfigureAwait(false);
        if (options.UpdatesAll || options.Updates(recipe.Name) || options.Updates(name))
            before = null;
        if (before is not null && before.Inputs == inputs && !UpdateNames.NamesOf(before).Concat(PartInputs.NamesOf(recipe)).Any(options.Updates))
            return before;
        LockedPart part = new() { Recipe = name, Platform = platform.ToString(), Inputs = inputs };
        return recipe switch
        {
            BaseImageRecipe image => part with { Packages = await InstalledAsync(image.Debian, DebianArchitecture.Of(platform), before, cancellationToken).ConfigureAwait(false) },
            ContainerImageRecipe { Debian: { } debian } => part with { Packages = await ExtractedAsync(debian.From, platform, before, cancellationToken).ConfigureAwait(false) },
            KubernetesBuildRecipe build => await BuildAsync(build, part, platform, before, cancellationToken).ConfigureAwait(false),
            NodeImageRecipe node => part with
            {
                Files = await FilesAsync(node, platform, before, cancellationToken).ConfigureAwait(false),
                Images = await ImagesAsync(node, platform, before, cancellationToken).ConfigureAwait(false),
            },
            _ => part,
        };
    }

    private async Task<IReadOnlyList<LockedPackage>> InstalledAsync(DebianPackages packages, string architecture, LockedPart? before, CancellationToken cancellationToken)
    {
        DebianRepository repository = DebianRepository.Of(packages, architecture, options);
        AptRoot root = await roots.OpenAsync(repository, cancellationToken).ConfigureAwait(false);
        LockedPackage[] kept = [.. Kept(before, repository)];
        string[] update = [.. options.Update.Where(word => kept.Any(package => package.Name == word))];
        return Sorted(await new PackageResolver(root, store).ClosureAsync(packages.Packages, kept, update, cancellationToken).ConfigureAwait(false));
    }

    private async Task<IReadOnlyList<LockedPackage>> ExtractedAsync(DebianPackages packages, Platform platform, LockedPart? before, CancellationToken cancellationToken)
    {
        DebianRepository repository = DebianRepository.Of(packages, DebianArchitecture.Of(platform), options);
        LockedPackage[] kept = [.. Kept(before, repository).Where(package => packages.Packages.Contains(package.Name) && !options.Updates(package.Name))];
        string[] anew = [.. packages.Packages.Except(kept.Select(package => package.Name))];
        if (anew.Length == 0)
            return kept;
        AptRoot root = await roots.OpenAsync(repository, cancellationToken).ConfigureAwait(false);
        return Sorted([.. kept, .. await new PackageResolver(root, store).ExactlyAsync(anew, cancellationToken).ConfigureAwait(false)]);
    }

    private async Task<LockedPart> BuildAsync(KubernetesBuildRecipe build, LockedPart part, Platform platform, LockedPart? before, CancellationToken cancellationToken)
    {
        LockedPart locked = part with
        {
            Files = await SourceAsync(build.Source, platform, before, cancellationToken).ConfigureAwait(false),
            Packages = await InstalledAsync(build.Toolchain, options.BuildArchitecture, before, cancellationToken).ConfigureAwait(false),
        };
        bool same = before is not null && before.Inputs == part.Inputs && before.Files.SequenceEqual(locked.Files) && Sorted(before.Packages).SequenceEqual(locked.Packages);
        return locked with { Output = same ? before!.Output : null };
    }

    private async Task<IReadOnlyList<LockedFile>> SourceAsync(DebianSource source, Platform platform, LockedPart? before, CancellationToken cancellationToken)
    {
        DebianRepository repository = DebianRepository.Of(source, DebianArchitecture.OfThisMachine, options);
        LockedFile[] kept = [.. (before?.Files ?? []).Where(file => file.Name.StartsWith(source.Package + "_", StringComparison.Ordinal) && repository.Suites.Contains(file.Suite) && file.Snapshot == source.Snapshot)];
        bool update = options.Updates(source.Package) || kept.Any(file => options.Updates(file.Name));
        if (!update && kept.Any(file => file.Name.EndsWith(".dsc", StringComparison.Ordinal)))
            return kept;
        AptRoot root = await roots.OpenAsync(repository, cancellationToken).ConfigureAwait(false);
        return await new SourcePackageResolver(root).ResolveAsync(source.Package, cancellationToken).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<LockedFile>> FilesAsync(NodeImageRecipe node, Platform platform, LockedPart? before, CancellationToken cancellationToken)
    {
        List<LockedFile> files = [];
        foreach ((string name, string url) in PartInputs.Urls(node, platform))
        {
            LockedFile? kept = options.Updates(name) ? null : before?.Files.FirstOrDefault(file => file.Name == name && file.Url == url);
            files.Add(kept ?? await urls.ResolveAsync(name, url, cancellationToken).ConfigureAwait(false));
        }

        return files;
    }

    private async Task<IReadOnlyList<LockedImage>> ImagesAsync(NodeImageRecipe node, Platform platform, LockedPart? before, CancellationToken cancellationToken)
    {
        List<LockedImage> images = [];
        foreach (ImageSource image in PartInputs.Images(node))
        {
            // A digest beside the reference may be new; where it is an index's, the lock cannot tell, and the registry is asked.
            bool pinned = image.Digest is not null && !image.Text.Contains('@', StringComparison.Ordinal);
            LockedImage? kept = options.Updates(image.Text) ? null : before?.Images.FirstOrDefault(locked => locked.Reference == image.Text && (!pinned || locked.Digest == image.Digest));
            images.Add(kept ?? await ImageAsync(image, platform, cancellationToken).ConfigureAwait(false));
        }

        return images;
    }

    private async Task<LockedImage> ImageAsync(ImageSource image, Platform platform, CancellationToken cancellationToken)
    {
        if (registry is null)
            throw new NodeForgeException(new Diagnostic(ErrorCodes.ImageRegistryMissing, $"nothing here speaks to the registry of {image.Text}"));
        string reference = image.Digest is { } digest && !image.Text.Contains('@', StringComparison.Ordinal) ? $"{image.Text}@{digest}" : image.Text;
        RegistryImage found = await RegistryRetries.RunAsync(() => ResolveAsync(registry, reference, platform, cancellationToken), options.Fetch, time, cancellationToken).ConfigureAwait(false);
        return new(image.Text, found.Manifest.Digest, [.. found.Document.Layers.Prepend(found.Document.Config).Prepend(found.Manifest).Select(blob => new LockedBlob(blob.MediaType, blob.Digest, blob.Size))]);
    }

    // A mirror that has no such image, or does not answer, is no reason to give up; one that sends other bytes than it says is.
    private async Task<RegistryImage> ResolveAsync(IImageRegistry images, string reference, Platform platform, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> places = options.Mirrors.ReferencesOf(reference);
        foreach (string mirror in places.SkipLast(1))
        {
            try
            {
                return await images.ResolveAsync(mirror, platform, cancellationToken).ConfigureAwait(false);
            }
            catch (NodeForgeException away) when (away.Diagnostics[0].Code.ExitCode == ExitCode.Network)
            {
            }
        }

        return await images.ResolveAsync(places[^1], platform, cancellationToken).ConfigureAwait(false);
    }

    // Of another suite, snapshot or architecture nothing can stay.
    private static IEnumerable<LockedPackage> Kept(LockedPart? before, DebianRepository repository)
    {
        IReadOnlyList<LockedPackage> packages = before?.Packages ?? [];
        bool fits = packages.All(package => repository.Suites.Contains(package.Suite) && package.Snapshot == repository.Snapshot
            && (package.Architecture == "all" || package.Architecture == repository.Architecture));
        return fits ? packages : [];
    }

    private static LockedPackage[] Sorted(IEnumerable<LockedPackage> packages) =>
        [.. packages.OrderBy(package => package.Name, StringComparer.Ordinal).ThenBy(package => package.Architecture, StringComparer.Ordinal)];
}
