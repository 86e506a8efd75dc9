using NodeForge.Engines;
using NodeForge.Engines.Connecting;
using NodeForge.Images.Assembly;
using NodeForge.Oci;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Layouts;

namespace NodeForge.Images.Exporting;

/// <summary>Where images go: layouts, archives and engines, each written whole or not at all, straight from the store.</summary>
public sealed class ImageOutputs
{
    private readonly IReadOnlyList<ImageTransport> transports;
    private readonly ImageReference name;
    private readonly LayerEncoding encoding;

    private ImageOutputs(IReadOnlyList<ImageTransport> transports, ImageReference name, LayerEncoding encoding)
    {
        this.transports = transports;
        this.name = name;
        this.encoding = encoding;
    }

    /// <summary>The outputs as they are written on a command line.</summary>
    public IEnumerable<string> Texts => transports.Select(transport => transport.ToString()!);

    /// <param name="outputs">Transports: oci:, oci-archive:, docker-archive:, docker-daemon:.</param>
    /// <param name="name">What the image is called where an output does not say.</param>
    /// <param name="compression">none, gzip or zstd.</param>
    /// <exception cref="NodeForgeException">A text is no transport, or one that nothing can be written to; before any work.</exception>
    public static ImageOutputs Parse(IReadOnlyList<string> outputs, string name, string compression)
    {
        List<ImageTransport> transports = [.. outputs.Select(ImageTransport.Parse)];
        foreach (ImageTransport.Registry registry in transports.OfType<ImageTransport.Registry>())
        {
            throw new NodeForgeException(new Diagnostic(ErrorCodes.OutputNotSupported, "images are not pushed by a build")
            {
                Where = new(registry.ToString()),
                Want = "oci:, oci-archive:, docker-archive: or docker-daemon:",
                Mend = "write an oci-archive and push that",
            });
        }

        foreach (ImageTransport.DockerFile archive in transports.OfType<ImageTransport.DockerFile>().Where(_ => compression == "zstd"))
        {
            throw new NodeForgeException(new Diagnostic(ErrorCodes.LayerNotLoadable, "a docker-archive cannot carry zstd layers")
            {
                Where = new(archive.ToString()),
                Mend = "build with gzip layers, or write oci-archive instead",
            });
        }

        return new(transports, ImageReference.Parse(name), compression switch { "gzip" => LayerEncoding.Gzip, "zstd" => LayerEncoding.Zstd, _ => LayerEncoding.None });
    }

    /// <param name="images">The platforms of one image.</param>
    public async Task WriteAsync(IReadOnlyList<BuiltImage> images, BuildEnvironment environment, CancellationToken cancellationToken)
    {
        if (transports.Count == 0)
            return;
        IReadOnlyList<BuiltImage> encoded = await new LayerRecoding(environment, encoding).ApplyAsync(images, cancellationToken).ConfigureAwait(false);
        Descriptor root = encoded.Count == 1 ? encoded[0].Manifest : PlatformIndex.Write(encoded, environment.Store);
        foreach (ImageTransport transport in transports)
        {
            using ForgeStep step = environment.Reporter.Step($"write {transport}");
            await WriteAsync(transport, root, images, environment, cancellationToken).ConfigureAwait(false);
            step.Finish();
        }
    }

    private async Task WriteAsync(ImageTransport transport, Descriptor root, IReadOnlyList<BuiltImage> images, BuildEnvironment environment, CancellationToken cancellationToken)
    {
        switch (transport)
        {
            case ImageTransport.OciFolder layout:
                await OciLayout.ExportAsync(layout.Folder, environment.Store, [new(root, name, layout.Tag)], cancellationToken).ConfigureAwait(false);
                break;
            case ImageTransport.OciFile archive:
                OciArchive.Write(archive.File, environment.Store, [new(root, name, archive.Tag)], cancellationToken);
                break;
            case ImageTransport.DockerFile archive:
                DockerArchive.Write(archive.File, environment.Store, [new(root, archive.Reference ?? name)], images[0].Platform, cancellationToken);
                break;
            case ImageTransport.Engine engine:
                await LoadAsync(engine.Reference, images, environment, cancellationToken).ConfigureAwait(false);
                break;
        }
    }

    // An engine stores layers plain, and takes one platform: what it is sent is never compressed.
    private static async Task LoadAsync(ImageReference reference, IReadOnlyList<BuiltImage> images, BuildEnvironment environment, CancellationToken cancellationToken)
    {
        using EngineClient engine = await EngineClient.ConnectAsync(new EngineDiscovery(environment.Host).Find(), cancellationToken).ConfigureAwait(false);
        BuiltImage image = images.FirstOrDefault(image => image.Platform.Architecture == Debian.DebianArchitecture.OfThisMachine) ?? images[0];
        await new EngineOutput(engine, environment.Store).WriteAsync(image, reference, cancellationToken).ConfigureAwait(false);
    }
}
