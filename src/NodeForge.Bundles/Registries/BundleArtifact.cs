using System.Globalization;
using NodeForge.Bundles.Format;
using NodeForge.Bundles.Reading;
using NodeForge.Oci;

namespace NodeForge.Bundles.Registries;

/// <summary>A bundle as a registry keeps it: an artifact with a layer for each volume, which is the volume's file, and one for the file of
/// its signature where it has one.</summary>
public static class BundleArtifact
{
    /// <summary>The type of the artifact.</summary>
    public const string Type = "application/vnd.nodeforge.bundle.v1";

    /// <summary>The type of its layers.</summary>
    public const string VolumeType = "application/vnd.nodeforge.bundle.volume.v1";

    /// <summary>The type of the layer that is its signature: a Sigstore bundle.</summary>
    public const string SignatureType = "application/vnd.dev.sigstore.bundle.v0.3+json";

    /// <summary>image-spec annotations.md; oras gives files that name.</summary>
    private const string Title = "org.opencontainers.image.title";

    internal static RawDocument NoConfig { get; } = RawDocument.Create(MediaTypes.Empty, "{}"u8.ToArray());

    /// <summary>The artifact's manifest. It says when nothing was made, so that the same bundle is the same artifact.</summary>
    internal static RawDocument Manifest(BundleFile bundle, IEnumerable<Layer> layers, Descriptor? subject) =>
        RawDocument.Create(
            MediaTypes.Manifest,
            OciJson.Write(
                new Manifest
                {
                    ArtifactType = Type,
                    Config = NoConfig.Descriptor,
                    Layers = [.. layers.Select(layer => layer.Descriptor)],
                    Subject = subject is null ? null : new(subject.MediaType, subject.Digest, subject.Size),
                    Annotations = AnnotationsOf(bundle),
                }
            )
        );

    /// <summary>Which bundle it is; of a delta also which one it is of, and which one it makes.</summary>
    internal static SortedDictionary<string, string> AnnotationsOf(BundleFile bundle)
    {
        SortedDictionary<string, string> annotations = new(StringComparer.Ordinal)
        {
            ["dev.nodeforge.bundle.index"] = bundle.IndexDigest.ToString(),
            ["dev.nodeforge.bundle.set"] = bundle.Set.ToString(),
        };
        if (bundle.Index.Delta is { } delta)
        {
            annotations["dev.nodeforge.bundle.base"] = delta.Base.ToString();
            annotations["dev.nodeforge.bundle.makes"] = delta.Index.ToString();
        }

        return annotations;
    }

    internal static Descriptor VolumeOf(string path, Digest digest, long size) => FileOf(VolumeType, path, digest, size);

    internal static Layer SignatureOf(string path, byte[] signature)
    {
        RawDocument document = RawDocument.Create(SignatureType, signature);
        return Layer.Of(document) with { Descriptor = FileOf(SignatureType, path, document.Descriptor.Digest, signature.Length) };
    }

    private static Descriptor FileOf(string type, string path, Digest digest, long size) =>
        new(type, digest, size) { Annotations = new(StringComparer.Ordinal) { [Title] = Path.GetFileName(path) } };

    internal static bool IsOne(Manifest manifest) => (manifest.ArtifactType ?? manifest.Config.MediaType) == Type;

    /// <summary>The volumes that a manifest names, and the signature.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.NotABundleArtifact"/>.</exception>
    internal static (IReadOnlyList<Descriptor> Volumes, Descriptor? Signature) FilesOf(Manifest manifest, Location where)
    {
        if (!IsOne(manifest))
            throw NotOne(where, manifest.ArtifactType ?? manifest.Config.MediaType, Type);
        Descriptor[] volumes = [.. manifest.Layers.Where(layer => layer.MediaType == VolumeType)];
        Descriptor[] others = [.. manifest.Layers.Where(layer => layer.MediaType != VolumeType)];
        if (others.FirstOrDefault(layer => layer.MediaType != SignatureType) is { } other)
            throw NotOne(where, other.MediaType, VolumeType);
        if (others.Length > 1)
            throw NotOne(where, string.Create(CultureInfo.InvariantCulture, $"{others.Length} signatures"), "one signature at most");
        return volumes.Length is > 0 and <= BundleLimits.MostVolumes
            ? (volumes, others.FirstOrDefault())
            : throw NotOne(
                where,
                string.Create(CultureInfo.InvariantCulture, $"{volumes.Length} volumes"),
                string.Create(CultureInfo.InvariantCulture, $"1 to {BundleLimits.MostVolumes} volumes")
            );
    }

    internal static NodeForgeException NotOne(Location where, string got, string want, string? hint = null) =>
        new(
            new Diagnostic(ErrorCodes.NotABundleArtifact, "what the registry has there is no bundle")
            {
                Where = where,
                Got = Printable.Escape(got),
                Want = want,
                Hint = hint ?? ErrorCodes.NotABundleArtifact.Remedy,
            }
        );
}
