using NodeForge.Containerd.Metadata;
using NodeForge.Oci;
using NodeForge.Oci.Compression;

namespace NodeForge.Verification.Closure;

/// <summary>An image behind a name, after every blob of it was looked for.</summary>
/// <param name="ImageId">The digest of its config; null where it cannot be told.</param>
/// <param name="Manifest">The manifest for the node's platform; null where it cannot be told.</param>
/// <param name="Size">Bytes of all its blobs.</param>
internal sealed record ProvenImage(Digest? ImageId, Digest? Manifest, long Size, bool IsComplete)
{
    /// <summary>All that it is made of, as far as its documents could be read.</summary>
    public IReadOnlyList<Digest> Blobs { get; init; } = [];
}

/// <summary>Follows names to the last blob: there, as long and as it should be, for the node's platform, and kept by containerd.</summary>
internal sealed class PreloadedImageProof(Platform platform, List<Diagnostic> problems)
{
    private const int Deepest = 8;
    private const string Reference = "containerd.io/gc.ref.content.";
    private readonly Dictionary<(Digest, PreloadPlace), ProvenImage> proven = [];
    private readonly Dictionary<(Digest, PreloadPlace), bool> blobs = [];
    private string name = "";

    /// <remarks>What is wrong with an image is told once, under the first of its names.</remarks>
    public ProvenImage Prove(PreloadedName preloaded)
    {
        (Digest, PreloadPlace) key = (preloaded.Target.Digest, preloaded.Place);
        if (proven.TryGetValue(key, out ProvenImage? known))
            return known;
        name = preloaded.Name;
        try
        {
            return proven[key] = Prove(preloaded.Target, preloaded.Place, 0);
        }
        catch (NodeForgeException failure)
        {
            problems.AddRange(
                failure.Diagnostics.Select(problem => problem with { Code = ErrorCodes.StoreDocumentUnreadable, Hint = null })
            );
            return proven[key] = new(null, null, 0, false);
        }
    }

    private ProvenImage Prove(Descriptor target, PreloadPlace place, int depth)
    {
        if (depth > Deepest)
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.StoreDocumentUnreadable, "indexes lead to indexes without end")
                {
                    Where = At(place, target.Digest),
                }
            );
        if (!IsSound(target, place) || Document(target, place) is not { } document)
            return new(null, null, target.Size, false);
        if (!MediaTypes.IsIndex(target.MediaType))
            return ProveManifest(target, document, place);
        ImageIndex index = ImageDocument.ReadIndex(document, At(place, target.Digest));
        Descriptor[] ours = [.. index.Manifests.Where(child => child.Platform is null || platform.Accepts(child.Platform))];
        Descriptor? chosen = ours.FirstOrDefault(child => place.Blobs(child.Digest) is not null) ?? ours.FirstOrDefault();
        if (chosen is null)
        {
            problems.Add(
                new(ErrorCodes.StorePlatformMissing, $"'{name}' is for other platforms than the node")
                {
                    Where = At(place, target.Digest),
                    Got = string.Join(", ", index.Manifests.Select(static child => child.Platform)),
                    Want = platform.ToString(),
                }
            );
            return new(null, null, target.Size, false);
        }

        bool kept = RequireLabels(target.Digest, index.Manifests.Where(child => child.Digest == chosen.Digest), place);
        ProvenImage image = Prove(chosen, place, depth + 1);
        return image with
        {
            Size = image.Size + target.Size,
            IsComplete = image.IsComplete && kept,
            Blobs = [target.Digest, .. image.Blobs],
        };
    }

    private ProvenImage ProveManifest(Descriptor target, ReadOnlyMemory<byte> document, PreloadPlace place)
    {
        Manifest manifest = ImageDocument.ReadManifest(document, At(place, target.Digest));
        bool complete = RequireLabels(target.Digest, manifest.Layers.Prepend(manifest.Config), place);
        long size = target.Size + manifest.Config.Size;
        Digest[] made = [target.Digest, manifest.Config.Digest, .. manifest.Layers.Select(static layer => layer.Digest)];
        foreach (Descriptor layer in manifest.Layers)
        {
            complete &= IsSound(layer, place);
            size += layer.Size;
        }

        if (!IsSound(manifest.Config, place) || Document(manifest.Config, place) is not { } json)
            return new(manifest.Config.Digest, target.Digest, size, false) { Blobs = made };
        ImageConfig config = ImageDocument.ReadConfig(json, At(place, manifest.Config.Digest));
        return new(
            manifest.Config.Digest,
            target.Digest,
            size,
            RequirePlatform(config, manifest, place) & RequireDiffIds(config, manifest, place) & complete
        )
        {
            Blobs = made,
        };
    }

    private bool RequirePlatform(ImageConfig config, Manifest manifest, PreloadPlace place)
    {
        if (platform.Accepts(config.Platform))
            return true;
        problems.Add(
            new(ErrorCodes.StorePlatformMissing, $"'{name}' is for another platform than the node")
            {
                Where = At(place, manifest.Config.Digest),
                Got = config.Platform.ToString(),
                Want = platform.ToString(),
            }
        );
        return false;
    }

    // What a compressed layer unpacks to is containerd's to check; a plain one is its own diff ID.
    private bool RequireDiffIds(ImageConfig config, Manifest manifest, PreloadPlace place)
    {
        if (config.RootFs.DiffIds.Count != manifest.Layers.Count)
        {
            problems.Add(
                new(ErrorCodes.DiffIdMismatch, $"'{name}' has another number of layers than of diff IDs")
                {
                    Where = At(place, manifest.Config.Digest),
                    Got = Quantity.Of(manifest.Layers.Count, "layer"),
                    Want = $"{config.RootFs.DiffIds.Count}",
                }
            );
            return false;
        }

        bool right = true;
        foreach ((Descriptor layer, Digest diffId) in manifest.Layers.Zip(config.RootFs.DiffIds))
        {
            if (Decompression.OfMediaType(layer.MediaType) != LayerCompression.None || layer.Digest == diffId)
                continue;
            problems.Add(
                new(ErrorCodes.DiffIdMismatch, $"a layer of '{name}' is not the one that its config names")
                {
                    Where = At(place, layer.Digest),
                    Got = layer.Digest.ToString(),
                    Want = diffId.ToString(),
                }
            );
            right = false;
        }

        return right;
    }

    private bool IsSound(Descriptor blob, PreloadPlace place)
    {
        if (blobs.TryGetValue((blob.Digest, place), out bool known))
            return known;
        Diagnostic? problem = ProblemOf(blob, place);
        if (problem is not null)
            problems.Add(problem);
        return blobs[(blob.Digest, place)] = problem is null;
    }

    private Diagnostic? ProblemOf(Descriptor blob, PreloadPlace place)
    {
        Location where = At(place, blob.Digest);
        if (place.Blobs(blob.Digest) is not { } found)
            return new(ErrorCodes.StoreBlobMissing, $"a blob of '{name}' is not there")
            {
                Where = where,
                Want = $"{blob.MediaType} of {blob.Size} bytes",
            };
        if (found.Size != blob.Size)
            return new(ErrorCodes.StoreBlobCut, $"a blob of '{name}' has another length than its documents say")
            {
                Where = where,
                Got = $"{found.Size} bytes",
                Want = $"{blob.Size} bytes",
            };
        if (found.Digest != blob.Digest)
            return new(ErrorCodes.StoreBlobDamaged, $"a blob of '{name}' is not what its name says")
            {
                Where = where,
                Got = found.Digest.ToString(),
                Want = blob.Digest.ToString(),
            };
        if (place.Records is not { } records)
            return null;
        if (!records.TryGetValue(blob.Digest, out ContentRecord? record))
            return new(ErrorCodes.StoreBlobMissing, $"containerd has no record of a blob of '{name}', and would delete it")
            {
                Where = where,
            };
        return record.Size == blob.Size
            ? null
            : new(ErrorCodes.StoreBlobCut, $"containerd's record of a blob of '{name}' has another length")
            {
                Where = where,
                Got = $"{record.Size} bytes",
                Want = $"{blob.Size} bytes",
            };
    }

    private ReadOnlyMemory<byte>? Document(Descriptor descriptor, PreloadPlace place)
    {
        if (place.Blobs(descriptor.Digest)?.Document is { } document)
            return document;
        problems.Add(
            new(ErrorCodes.StoreDocumentUnreadable, $"a document of '{name}' is none, or longer than any")
            {
                Where = At(place, descriptor.Digest),
                Got = descriptor.MediaType,
            }
        );
        return null;
    }

    // containerd's garbage collection walks labels, not documents.
    private bool RequireLabels(Digest parent, IEnumerable<Descriptor> children, PreloadPlace place)
    {
        if (place.Records?.GetValueOrDefault(parent) is not { } record)
            return true; // an archive; or told already
        HashSet<string> kept =
        [
            .. record
                .Labels.Where(static label => label.Key.StartsWith(Reference, StringComparison.Ordinal))
                .Select(static label => label.Value),
        ];
        Descriptor[] lost = [.. children.Where(child => !kept.Contains(child.Digest.ToString()))];
        foreach (Descriptor child in lost)
            problems.Add(
                new(ErrorCodes.StoreLabelMissing, $"nothing keeps a blob of '{name}'")
                {
                    Where = At(place, parent),
                    Want = $"a label {Reference}* with {child.Digest}",
                }
            );
        return lost.Length == 0;
    }

    private static Location At(PreloadPlace place, Digest digest) => place.Where with { Detail = $"{place.Where.Detail}, {digest}" };
}
