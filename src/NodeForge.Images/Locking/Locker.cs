using NodeForge.Images.Debian.Apt;
using NodeForge.Images.Fetching;
using NodeForge.Oci;
using NodeForge.Oci.Registry;
using NodeForge.Recipes;
using NodeForge.Recipes.Locks;

namespace NodeForge.Images.Locking;

/// <summary>Resolves every name of a recipe: the only step that asks what there is.</summary>
/// <param name="store">Takes what has to be downloaded to know its digest.</param>
/// <param name="cacheFolder">Package lists are kept below it, in <c>apt/</c>, and what a build will want as well.</param>
/// <param name="connections">For files.</param>
/// <param name="registry">For images; null where no recipe names one.</param>
/// <param name="host">Has apt, and the time for pauses.</param>
public sealed class Locker(BlobStore store, string cacheFolder, HttpConnections connections, RegistryClient? registry, HostEnvironment host)
{
    /// <summary>Locks a recipe with everything that it includes.</summary>
    /// <param name="top">The recipe.</param>
    /// <param name="previous">The lock so far: what it has stays, unless it is named in <see cref="LockOptions.Update"/> or the recipe no
    /// longer asks for it. Where nothing is
    /// new, nothing is asked and no connection is opened.</param>
    /// <param name="options">What to take anew, mirrors, the time.</param>
    /// <param name="reporter">Hears of each step.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="NodeForgeException">An NF21xx error, NF30xx for files, NF32xx for images, <see cref="ErrorCodes.ProgramMissing"/>
    /// without apt.</exception>
    public async Task<RecipeLock> LockAsync(
        Recipe top,
        RecipeLock? previous,
        LockOptions options,
        IForgeReporter reporter,
        CancellationToken cancellationToken
    )
    {
        long? asked = LockEpoch.Parse(options.SourceDateEpoch);
        IReadOnlyList<Recipe> recipes = LockedParts.All(top);
        UpdateNames.Check(options, top, recipes, previous);
        Digest digest = await options.DigestOf(top, cancellationToken).ConfigureAwait(false);
        using AptRoots roots = new(cacheFolder, options.Mirrors.Debian, options.Fetch.QuietWait, host, reporter);
        UrlResolver urls = new(connections, store, options.Mirrors, options.Fetch, host.Clock, reporter);
        PartLocker parts = new(roots, urls, registry, BuildEnvironment.Of(cacheFolder, store, host, reporter), options, host.Clock);
        List<LockedPart> locked = [];
        bool moved = previous is null || previous.Recipe != digest;
        foreach (Recipe recipe in recipes)
        {
            foreach (Platform platform in top.Platforms)
            {
                string name = LockedParts.NameOf(top, recipe);
                LockedPart? before = previous?.Parts.FirstOrDefault(part => part.Recipe == name && part.Platform == platform.ToString());
                if (options.Platforms.Count == 0 || options.Platforms.Contains(platform))
                    locked.Add(await parts.LockAsync(recipe, name, platform, before, cancellationToken).ConfigureAwait(false));
                else if (
                    before is not null
                    && before.Inputs == await PartInputs.OfAsync(recipe, platform, options, cancellationToken).ConfigureAwait(false)
                )
                    locked.Add(before);
                else
                    continue;
                moved |= !ReferenceEquals(locked[^1], before);
            }
        }

        long epoch = asked ?? (options.UpdatesAll ? null : previous?.Epoch) ?? roots.NewestDate ?? 0;
        return new RecipeLock
        {
            Recipe = digest,
            Epoch = epoch,
            Parts = moved || epoch != previous!.Epoch ? [.. locked.Select(WithoutImage)] : locked,
        };
    }

    // The image was recorded of what the lock said before.
    private static LockedPart WithoutImage(LockedPart part) => part.Layers is null ? part : part with { Output = null, Layers = null };
}
