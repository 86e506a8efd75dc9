using NodeForge.Oci;
using NodeForge.Oci.Content;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Layouts;
using NodeForge.Recipes.Locks;
using RecipeImage = NodeForge.Recipes.ImageSource;

namespace NodeForge.Images.Assembly.Nodes;

/// <summary>Opens images from elsewhere: those that a registry gave to the store, and those of layouts and archives on this machine.</summary>
internal sealed class ImageOpener(BuildEnvironment environment)
{
    /// <param name="source">A locked image, or a layout or archive.</param>
    /// <param name="part">Has the locked image.</param>
    /// <param name="platform">Which platform of it.</param>
    /// <param name="unpacked">Whether its layers are unpacked afterwards, which shows as well what is in them.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.DigestMismatch"/>, <see cref="ErrorCodes.PlatformMissing"/>, <see cref="ErrorCodes.DiffIdMismatch"/>,
    /// <see cref="ErrorCodes.CompressionMismatch"/>, <see cref="ErrorCodes.CompressedDataInvalid"/>, and what a layout or archive is refused for.</exception>
    public async Task<OpenedImage> OpenAsync(RecipeImage source, LockedPart part, Platform platform, bool unpacked, CancellationToken cancellationToken)
    {
        if (source.LocalPath is not { } path)
            return await OpenLockedAsync(part.Image(source.Text), platform, unpacked, cancellationToken).ConfigureAwait(false);
        ImageTransport transport = ImageTransport.Parse(source.Text) switch
        {
            ImageTransport.OciFolder folder => folder with { Folder = path },
            ImageTransport.OciFile file => file with { File = path },
            ImageTransport.DockerFile file => file with { File = path },
            ImageTransport other => other,
        };
        ImageSource opened = ImageSource.Open(transport, cancellationToken);
        SourceImage image = opened.Find((transport as ImageTransport.OciFolder)?.Tag ?? (transport as ImageTransport.OciFile)?.Tag ?? (transport as ImageTransport.DockerFile)?.Reference?.ToString());
        using ForgeStep step = environment.Reporter.Step($"read {image.DisplayName}");
        OpenedImage read = OpenedImage.Of(await opened.ImportAsync(image, environment.Store, platform, cancellationToken).ConfigureAwait(false));
        RefuseOther(source, read);
        step.Finish();
        return read;
    }

    private static void RefuseOther(RecipeImage source, OpenedImage read)
    {
        if (source.Digest is not { } want || want == read.Manifest.Digest || want == read.Config.Digest)
            return;
        throw new NodeForgeException(new Diagnostic(ErrorCodes.DigestMismatch, "the image is not the one that the recipe names")
        {
            Where = new(source.Text),
            Got = read.Manifest.Digest.ToString(),
            Want = want.ToString(),
            Mend = "get the image of that digest, or write the new digest into the recipe",
        });
    }

    public async Task<OpenedImage> OpenLockedAsync(LockedImage image, Platform platform, bool unpacked, CancellationToken cancellationToken)
    {
        ImageReference reference = ImageReference.Parse(image.Reference[RecipeImage.RegistryTransport.Length..]);
        Descriptor[] blobs = [.. image.Blobs.Select(blob => new Descriptor(blob.MediaType, blob.Digest, blob.Size))];
        ImageConfig config = ReadConfig(blobs[1].Digest, reference.ToString());
        RefuseOtherPlatform(config, platform, reference);
        RefuseOtherLayers(config, blobs, reference);
        LayerBlob[] layers = [.. blobs[2..].Zip(config.RootFs.DiffIds, (layer, diffId) => new LayerBlob(layer, diffId))];
        // A registry gives bytes of a digest; that they are what manifest and config say of them, nobody has looked at yet.
        PlainLayers plain = new(environment);
        await Parallel.ForEachAsync(layers.Where(layer => !unpacked || !PlainLayers.IsPacked(layer)), cancellationToken, async (layer, stop) =>
            await plain.ProveAsync(reference.ToString(), layer, stop).ConfigureAwait(false)).ConfigureAwait(false);
        return new([reference.ToString()], blobs[0], blobs[1], config, layers);
    }

    private static void RefuseOtherPlatform(ImageConfig config, Platform platform, ImageReference reference)
    {
        if (platform.Accepts(config.Platform))
            return;
        throw new NodeForgeException(new Diagnostic(ErrorCodes.PlatformMissing, "the locked image is for another platform")
        {
            Where = new(reference.ToString()),
            Got = config.Platform.ToString(),
            Want = platform.ToString(),
            Mend = "run 'nodeforge lock RECIPE --update all'",
        });
    }

    private static void RefuseOtherLayers(ImageConfig config, Descriptor[] blobs, ImageReference reference)
    {
        if (config.RootFs.DiffIds.Count == blobs.Length - 2)
            return;
        throw new NodeForgeException(new Diagnostic(ErrorCodes.DiffIdMismatch, "the locked image has another number of layers than its config has diff IDs")
        {
            Where = new(reference.ToString(), Detail: blobs[1].Digest.ToString()),
            Got = $"{blobs.Length - 2} layers",
            Want = $"{config.RootFs.DiffIds.Count}",
            Mend = ErrorCodes.DiffIdMismatch.Remedy,
        });
    }

    private ImageConfig ReadConfig(Digest digest, string name) => ImageDocument.ReadConfig(environment.Store.ReadAllBytes(digest), new(name, Detail: digest.ToString()));
}
