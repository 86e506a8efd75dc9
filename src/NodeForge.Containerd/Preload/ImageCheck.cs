using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using NodeForge.Oci;

namespace NodeForge.Containerd.Preload;

/// <summary>Reads an image's documents and holds them against each other and against the node's platform.</summary>
internal sealed class ImageCheck(Platform platform)
{
    private const string ForeignLayer = "application/vnd.docker.image.rootfs.foreign.diff.tar";
    private const string OciLayerPrefix = "application/vnd.oci.image.layer.";

    /// <exception cref="NodeForgeException">NF6131, NF6133, NF6134, NF6136.</exception>
    public CheckedImage Check(PreloadedImage image)
    {
        string name = image.References.Count > 0 ? image.References[0] : image.Manifest.Digest.ToString();
        if (image.References.Count == 0)
            throw PreloadFault.Of(
                ErrorCodes.PreloadNameRefused,
                name,
                "the image has no name, so nothing would find it",
                image.Manifest.Digest
            );
        Manifest manifest = ReadManifest(name, image);
        ImageConfig config = Read(name, "config", manifest.Config, image.ConfigBytes, OciJson.Default.ImageConfig, WholeDocument.Is);
        RequireConfigFits(name, manifest, config);
        ImageIndex? index = ReadIndex(name, image);
        CheckedImage read = new(
            name,
            [.. image.References.Select(reference => ReadName(name, reference, image.Manifest.Digest))],
            image,
            manifest,
            config.RootFs.DiffIds,
            index
        );
        RequireDigestsAgree(read);
        return read;
    }

    private static ImageReference ReadName(string image, string reference, Digest manifest) =>
        ImageReference.TryParse(reference, out ImageReference? read, out string? problem)
            ? read
            : throw PreloadFault.Of(ErrorCodes.PreloadNameRefused, image, problem, manifest, got: $"'{reference}'");

    private static Manifest ReadManifest(string name, PreloadedImage image)
    {
        if (!MediaTypes.IsManifest(image.Manifest.MediaType))
            throw PreloadFault.Of(
                ErrorCodes.PreloadDocumentInvalid,
                name,
                "the manifest has a media type that containerd does not run",
                image.Manifest.Digest,
                image.Manifest.MediaType,
                $"{MediaTypes.Manifest} or {MediaTypes.DockerManifest}"
            );
        Manifest manifest = Read(name, "manifest", image.Manifest, image.ManifestBytes, OciJson.Default.Manifest, WholeDocument.Is);
        if (manifest.Config.MediaType is not (MediaTypes.Config or MediaTypes.DockerConfig))
            throw PreloadFault.Of(
                ErrorCodes.PreloadDocumentInvalid,
                name,
                "the config is none of a container image",
                manifest.Config.Digest,
                manifest.Config.MediaType,
                $"{MediaTypes.Config} or {MediaTypes.DockerConfig}"
            );
        foreach (Descriptor layer in manifest.Layers)
            if (!IsLayer(layer.MediaType))
                throw PreloadFault.Of(
                    ErrorCodes.PreloadDocumentInvalid,
                    name,
                    "a layer has a media type that containerd cannot unpack",
                    layer.Digest,
                    layer.MediaType
                );
        return manifest;
    }

    private void RequireConfigFits(string name, Manifest manifest, ImageConfig config)
    {
        if (!platform.Accepts(config.Platform))
            throw PreloadFault.Of(
                ErrorCodes.PreloadPlatformMissing,
                name,
                "the image is for another platform",
                manifest.Config.Digest,
                config.Platform.ToString(),
                platform.ToString()
            );
        if (config.RootFs.DiffIds.Count != manifest.Layers.Count)
            throw PreloadFault.Of(
                ErrorCodes.PreloadContentMismatch,
                name,
                "manifest and config do not have the same number of layers",
                manifest.Config.Digest,
                Count(config.RootFs.DiffIds.Count),
                Count(manifest.Layers.Count)
            );
    }

    private ImageIndex? ReadIndex(string name, PreloadedImage image)
    {
        if (image.Index is null)
            return null;
        if (!MediaTypes.IsIndex(image.Index.MediaType))
            throw PreloadFault.Of(
                ErrorCodes.PreloadDocumentInvalid,
                name,
                "the index has another media type",
                image.Index.Digest,
                image.Index.MediaType,
                $"{MediaTypes.Index} or {MediaTypes.DockerManifestList}"
            );
        ImageIndex index = Read(name, "index", image.Index, image.IndexBytes, OciJson.Default.ImageIndex, WholeDocument.Is);
        Descriptor[] ours = [.. index.Manifests.Where(Serves)];
        if (ours.Length == 0)
            throw PreloadFault.Of(
                ErrorCodes.PreloadPlatformMissing,
                name,
                "the index has no manifest for the node's platform",
                image.Index.Digest,
                string.Join(", ", index.Manifests.Select(static child => child.Platform)),
                platform.ToString()
            );
        if (ours[0].Digest != image.Manifest.Digest)
            throw PreloadFault.Of(
                ErrorCodes.PreloadContentMismatch,
                name,
                "containerd would take another manifest of the index than the one given",
                image.Index.Digest,
                image.Manifest.Digest.ToString(),
                ours[0].Digest.ToString()
            );
        return index;
    }

    private bool Serves(Descriptor child) =>
        MediaTypes.IsManifest(child.MediaType) && (child.Platform is null || platform.Accepts(child.Platform));

    private static void RequireDigestsAgree(CheckedImage image)
    {
        foreach (ImageReference reference in image.Names)
            if (reference.Digest is { } digest && digest != image.Target.Digest)
                throw PreloadFault.Of(
                    ErrorCodes.PreloadContentMismatch,
                    image.Name,
                    "the name asks for another digest than the image has",
                    image.Target.Digest,
                    image.Target.Digest.ToString(),
                    digest.ToString()
                );
    }

    private static T Read<T>(
        string image,
        string what,
        Descriptor descriptor,
        ReadOnlyMemory<byte> bytes,
        JsonTypeInfo<T> type,
        Func<T, bool> isWhole
    )
        where T : class
    {
        Digest digest = Digest.Of(bytes.Span);
        if (digest != descriptor.Digest || bytes.Length != descriptor.Size)
            throw PreloadFault.Of(
                ErrorCodes.PreloadContentMismatch,
                image,
                $"the bytes of the {what} are not those of its descriptor",
                descriptor.Digest,
                $"{digest}, {Count(bytes.Length)} bytes",
                $"{descriptor.Digest}, {Count(descriptor.Size)} bytes"
            );
        try
        {
            return JsonSerializer.Deserialize(bytes.Span, type) is { } document && isWhole(document)
                ? document
                : throw new JsonException("A field that the specification asks for is absent or null.");
        }
        catch (JsonException failure)
        {
            throw new NodeForgeException(
                PreloadFault
                    .Of(ErrorCodes.PreloadDocumentInvalid, image, $"the {what} cannot be read", descriptor.Digest, failure.Message)
                    .Diagnostics,
                failure
            );
        }
    }

    private static bool IsLayer(string mediaType) =>
        mediaType.StartsWith(OciLayerPrefix, StringComparison.Ordinal)
        || mediaType is MediaTypes.DockerLayer or MediaTypes.DockerLayerGzip
        || mediaType.StartsWith(ForeignLayer, StringComparison.Ordinal);

    private static string Count(long count) => count.ToString(CultureInfo.InvariantCulture);
}
