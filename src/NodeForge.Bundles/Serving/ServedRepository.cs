using NodeForge.Bundles.Format;
using NodeForge.Oci;

namespace NodeForge.Bundles.Serving;

/// <summary>What a repository of a served bundle has under its tags; of registries whose repositories are called alike, each its
/// own.</summary>
internal sealed class ServedRepository
{
    private const string OfficialPrefix = "library/";
    private readonly List<(ImageReference Name, string? Tag, RawDocument Document)> names = [];

    /// <summary>Every repository of a bundle, by its path alone and by its registry before it.</summary>
    /// <param name="index">What is in the bundle.</param>
    public static IReadOnlyDictionary<string, ServedRepository> Of(BundleIndex index)
    {
        Dictionary<string, ServedRepository> repositories = new(StringComparer.Ordinal);
        foreach (BundledImage image in index.Images)
        {
            (string Tag, RawDocument Document)[] attached = [.. AttachedTo(image, index)];
            foreach (ImageReference name in image.Names.Select(ImageReference.Parse))
            {
                foreach (string path in PathsOf(name))
                {
                    if (!repositories.TryGetValue(path, out ServedRepository? repository))
                        repositories.Add(path, repository = new());
                    repository.names.Add((name, name.Tag, RootOf(image)));
                    repository.names.AddRange(attached.Select(found => (name, (string?)found.Tag, found.Document)));
                }
            }
        }

        return repositories;
    }

    /// <summary>Whether it is one of a registry's; null for any.</summary>
    public bool IsOf(string? registry) => Of(registry).Any();

    /// <summary>The tags, sorted.</summary>
    /// <param name="registry">Whose; null for all.</param>
    public IReadOnlyList<string> Tags(string? registry) =>
        [.. Of(registry).Select(found => found.Tag).OfType<string>().Distinct().Order(StringComparer.Ordinal)];

    /// <summary>What a tag stands for; several where two registries have it.</summary>
    public IReadOnlyList<(string Name, RawDocument Document)> Find(string tag, string? registry) =>
        [
            .. Of(registry)
                .Where(found => found.Tag == tag)
                .DistinctBy(found => found.Document.Descriptor.Digest)
                .Select(found => (found.Name.Name, found.Document)),
        ];

    /// <summary>Documents that are made here and lie in no bundle.</summary>
    public IEnumerable<RawDocument> Made => names.Select(found => found.Document).Where(document => !document.Bytes.IsEmpty);

    private IEnumerable<(ImageReference Name, string? Tag, RawDocument Document)> Of(string? registry) =>
        names.Where(found => registry is null || found.Name.Registry == registry);

    private static IEnumerable<string> PathsOf(ImageReference name)
    {
        yield return name.Repository;
        yield return name.Name;
        if (name.Repository.StartsWith(OfficialPrefix, StringComparison.Ordinal))
            yield return name.Repository[OfficialPrefix.Length..];
    }

    // Several manifests under one name are another way to write an index.
    private static RawDocument RootOf(BundledImage image) =>
        image.Roots is [Descriptor only]
            ? new(only, ReadOnlyMemory<byte>.Empty)
            : RawDocument.Create(MediaTypes.Index, OciJson.Write(new ImageIndex { Manifests = image.Roots }));

    private static IEnumerable<(string Tag, RawDocument Document)> AttachedTo(BundledImage image, BundleIndex index)
    {
        HashSet<Digest> own = [.. image.Roots.Select(root => root.Digest), .. image.Platforms.SelectMany(platform => platform.Blobs)];
        foreach (IGrouping<Digest, BundledReferrer> about in index.About(own).GroupBy(referrer => referrer.Subject))
        {
            foreach (BundledReferrer referrer in about)
            {
                if (referrer.Tag is { } tag)
                    yield return (tag, new(referrer.Manifest, ReadOnlyMemory<byte>.Empty));
            }

            Descriptor[] listed = [.. about.Where(referrer => referrer.Tag is null).Select(referrer => referrer.Manifest)];
            if (listed.Length > 0)
                yield return (
                    ReferrerTags.IndexOf(about.Key),
                    RawDocument.Create(MediaTypes.Index, OciJson.Write(new ImageIndex { Manifests = listed }))
                );
        }
    }
}
