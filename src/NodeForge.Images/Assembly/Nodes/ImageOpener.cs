using NodeForge.Images.Assembly.Contents;
using NodeForge.Oci;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Transports;
using NodeForge.Recipes.Locks;
using RecipeImage = NodeForge.Recipes.ImageSource;

namespace NodeForge.Images.Assembly.Nodes;

/// <summary>Opens images from elsewhere: those that a registry gave to the store, and those of layouts and archives on this
/// machine.</summary>
internal sealed class ImageOpener(BuildEnvironment environment)
{
    /// <param name="source">A locked image, or a layout or archive.</param>
    /// <param name="part">Has the locked image.</param>
    /// <param name="platform">Which platform of it.</param>
    /// <param name="unpacked">Whether its layers are unpacked afterwards, which shows as well what is in them.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.DigestMismatch"/>, <see cref="ErrorCodes.PlatformMissing"/>,
    /// <see cref="ErrorCodes.DiffIdMismatch"/>,
    /// <see cref="ErrorCodes.CompressionMismatch"/>, <see cref="ErrorCodes.CompressedDataInvalid"/>, and what a layout or archive is
    /// refused for.</exception>
    public async Task<Image> OpenAsync(
        RecipeImage source,
        LockedPart part,
        Platform platform,
        bool unpacked,
        CancellationToken cancellationToken
    )
    {
        if (source.LocalPath is not { } path)
            return await OpenLockedAsync(part.Image(source.Text), platform, unpacked, cancellationToken).ConfigureAwait(false);
        ImageTransport transport = ImageTransport.Parse(source.Text) with { Path = path };
        IImageSource opened = await transport.OpenAsync(TransportHost.Files, cancellationToken).ConfigureAwait(false);
        ImageEntry entry = await opened.FindAsync(transport.Name, cancellationToken).ConfigureAwait(false);
        using ForgeStep step = environment.Reporter.Step($"read {entry.DisplayName}");
        Image found = await opened.OpenAsync(entry, platform, cancellationToken).ConfigureAwait(false);
        Image read = await environment.Store.TakeAsync(found, cancellationToken).ConfigureAwait(false);
        RefuseOther(source, read);
        step.Finish();
        return read;
    }

    private static void RefuseOther(RecipeImage source, Image read)
    {
        if (source.Digest is not { } want || want == read.Descriptor.Digest || want == read.Id)
            return;
        throw new NodeForgeException(
            new Diagnostic(ErrorCodes.DigestMismatch, "the image is not the one that the recipe names")
            {
                Where = new(source.Text),
                Got = read.Descriptor.Digest.ToString(),
                Want = want.ToString(),
                Hint = "get the image of that digest, or write the new digest into the recipe",
            }
        );
    }

    public async Task<Image> OpenLockedAsync(LockedImage image, Platform platform, bool unpacked, CancellationToken cancellationToken)
    {
        ImageReference reference = ImageReference.Parse(image.Reference[RecipeImage.RegistryTransport.Length..]);
        Descriptor[] blobs = [.. image.Blobs.Select(blob => new Descriptor(blob.MediaType, blob.Digest, blob.Size))];
        byte[] rawManifest = environment.Store.ReadAllBytes(blobs[0].Digest);
        Manifest manifest = ImageDocument.ReadManifest(rawManifest, new(reference.ToString(), Detail: blobs[0].Digest.ToString()));
        byte[] rawConfig = environment.Store.ReadAllBytes(blobs[1].Digest);
        ImageConfig config = ImageDocument.ReadConfig(rawConfig, new(reference.ToString(), Detail: blobs[1].Digest.ToString()));
        RefuseOtherPlatform(config, platform, reference);
        RefuseOtherLayers(config, blobs, reference);
        Layer[] layers = [.. blobs[2..].Zip(config.RootFs.DiffIds, (layer, diffId) => Layer.Of(environment.Store, layer, diffId))];
        // A registry gives bytes of a digest; that they are what manifest and config say of them, nobody has looked at yet.
        PlainLayers plain = new(environment);
        await Parallel
            .ForEachAsync(
                layers.Where(layer => !unpacked || !PlainLayers.IsPacked(layer)),
                cancellationToken,
                async (layer, stop) => await plain.ProveAsync(reference.ToString(), layer, stop).ConfigureAwait(false)
            )
            .ConfigureAwait(false);
        return new(new(blobs[0], rawManifest), manifest, new(blobs[1], rawConfig), config, layers) { References = [reference] };
    }

    private static void RefuseOtherPlatform(ImageConfig config, Platform platform, ImageReference reference)
    {
        if (platform.Accepts(config.Platform))
            return;
        throw new NodeForgeException(
            new Diagnostic(ErrorCodes.PlatformMissing, "the locked image is for another platform")
            {
                Where = new(reference.ToString()),
                Got = config.Platform.ToString(),
                Want = platform.ToString(),
                Hint = "run 'nodeforge lock RECIPE --update all'",
            }
        );
    }

    private static void RefuseOtherLayers(ImageConfig config, Descriptor[] blobs, ImageReference reference)
    {
        if (config.RootFs.DiffIds.Count == blobs.Length - 2)
            return;
        throw new NodeForgeException(
            new Diagnostic(ErrorCodes.DiffIdMismatch, "the locked image has another number of layers than its config has diff IDs")
            {
                Where = new(reference.ToString(), Detail: blobs[1].Digest.ToString()),
                Got = Quantity.Of(blobs.Length - 2, "layer"),
                Want = $"{config.RootFs.DiffIds.Count}",
                Hint = ErrorCodes.DiffIdMismatch.Remedy,
            }
        );
    }
}
