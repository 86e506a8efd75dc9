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
    private const string RegistryTransport = "docker://";

    public async Task<OpenedImage> OpenAsync(RecipeImage source, LockedPart part, Platform platform, CancellationToken cancellationToken)
    {
        if (source.LocalPath is not { } path)
            return OpenLocked(part.Image(source.Text), platform);
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
        OpenedImage read = Opened(await opened.ImportAsync(image, environment.Store, platform, cancellationToken).ConfigureAwait(false));
        RefuseOther(source, read);
        step.Finish();
        return read;
    }

    /// <summary>Opens an archive of the store that holds one image, once.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="name">What the step is called.</param>
    /// <param name="origin">Where messages say that it lies: nobody knows the store's file.</param>
    public async Task<OpenedImage> OpenArchiveAsync(Digest archive, string name, string origin, Platform platform, CancellationToken cancellationToken)
    {
        using ForgeStep step = environment.Reporter.Step($"read {name}");
        IReadOnlyList<ActionOutput> outputs = await environment.Actions.GetOrRunAsync(ActionKey.Of("open-archive/2", archive.Hex, platform.ToString()), step, async () =>
        {
            try
            {
                return Outputs(await OpenOnlyAsync(environment.Store.PathOf(archive), platform, cancellationToken).ConfigureAwait(false));
            }
            catch (NodeForgeException failure)
            {
                throw new NodeForgeException([.. failure.Diagnostics.Select(problem => problem with { Where = problem.Where! with { Resource = problem.Where.Resource.Replace(environment.Store.PathOf(archive), origin, StringComparison.Ordinal) } })], failure);
            }
        }, cancellationToken).ConfigureAwait(false);
        return Opened(outputs);
    }

    private async Task<OpenedImage> OpenOnlyAsync(string file, Platform platform, CancellationToken cancellationToken)
    {
        ImageSource source = ImageSource.OpenArchive(file, cancellationToken);
        OpenedImage image = Opened(await source.ImportAsync(source.Find(null), environment.Store, platform, cancellationToken).ConfigureAwait(false));
        // A layout lists an image once for each of its names.
        return image with { References = [.. source.Images.SelectMany(named => named.References).Select(reference => reference.ToString()).Distinct()] };
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

    private OpenedImage OpenLocked(LockedImage image, Platform platform)
    {
        ImageReference reference = ImageReference.Parse(image.Reference[RegistryTransport.Length..]);
        Descriptor[] blobs = [.. image.Blobs.Select(blob => new Descriptor(blob.MediaType, blob.Digest, blob.Size))];
        ImageConfig config = ReadConfig(blobs[1].Digest, reference.ToString());
        RefuseOtherPlatform(config, platform, reference);
        RefuseOtherLayers(config, blobs, reference);
        return new([reference.ToString()], blobs[0], blobs[1], config, [.. blobs[2..].Zip(config.RootFs.DiffIds, (layer, diffId) => new LayerBlob(layer, diffId))]);
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

    private ImageConfig ReadConfig(Digest digest, string name)
    {
        using FileStream blob = environment.Store.OpenRead(digest);
        byte[] json = new byte[blob.Length];
        blob.ReadExactly(json);
        return ImageDocument.ReadConfig(json, new(name, Detail: digest.ToString()));
    }

    private static OpenedImage Opened(ImportedImage image) => new(
        [.. image.Source.References.Select(reference => reference.ToString())],
        image.Descriptor,
        image.Manifest.Config,
        image.Config,
        [.. image.Layers.Select(layer => new LayerBlob(layer.Descriptor, layer.DiffId))]);

    private static List<ActionOutput> Outputs(OpenedImage image) =>
    [
        new(string.Join(' ', image.References), image.Manifest.Digest, image.Manifest.Size) { MediaType = image.Manifest.MediaType },
        new("config", image.Config.Digest, image.Config.Size) { MediaType = image.Config.MediaType },
        .. image.Layers.Select(layer => LayerOutput.Of("layer", layer)),
    ];

    private OpenedImage Opened(IReadOnlyList<ActionOutput> outputs) => new(
        outputs[0].Name.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        new(outputs[0].MediaType!, outputs[0].Digest, outputs[0].Size),
        new(outputs[1].MediaType!, outputs[1].Digest, outputs[1].Size),
        ReadConfig(outputs[1].Digest, outputs[0].Name),
        [.. outputs.Skip(2).Select(output => output.ToLayer())]);
}
