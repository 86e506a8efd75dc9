using NodeForge.Images.Debian;
using NodeForge.Images.Fetching;
using NodeForge.Oci;
using NodeForge.Oci.Compression;
using NodeForge.Oci.Transports;

namespace NodeForge.Images.Exporting;

/// <summary>Where images go: layouts, archives, engines and registries, each written whole or not at all, straight from the store.
/// Registries come last, after all that needs no network.</summary>
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

    /// <param name="outputs">Transports of every kind.</param>
    /// <param name="name">What the image is called where an output does not say.</param>
    /// <param name="compression">none, gzip or zstd.</param>
    /// <param name="offline">Refuses registries.</param>
    /// <exception cref="NodeForgeException">A text is no transport, or one that nothing can be written to; before any work.</exception>
    public static ImageOutputs Parse(IReadOnlyList<string> outputs, string name, string compression, bool offline)
    {
        // Registries last; the others as they were given.
        ImageTransport[] transports = [.. outputs.Select(ImageTransport.Parse).OrderBy(output => output.Room.IsRemote)];
        foreach (ImageTransport remote in transports.Where(output => output.Room.IsRemote))
        {
            if (remote.Reference!.Digest is not null)
                throw Refused(remote, "an image is pushed under a tag: what its digest is shows when it is built", "leave the digest out");
            if (offline)
                throw Refused(remote, "--offline forbids to push", "build without --offline, or write an oci-archive");
        }

        foreach (ImageTransport archive in transports.Where(output => !output.Room.LoadsZstd && compression == "zstd"))
        {
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.LayerNotLoadable, $"a {archive.Room.Word} cannot carry zstd layers")
                {
                    Where = new(archive.ToString()),
                    Hint = "build with gzip layers, or write oci-archive instead",
                }
            );
        }

        return new(
            transports,
            ImageReference.Parse(name),
            compression switch
            {
                "gzip" => LayerEncoding.Gzip,
                "zstd" => LayerEncoding.Zstd,
                _ => LayerEncoding.None,
            }
        );
    }

    /// <summary>Writes to each output what it lacks. A registry's tag is set last, so that nobody pulls a half.</summary>
    /// <param name="images">The platforms of one image.</param>
    /// <param name="environment">Where layers are encoded.</param>
    /// <param name="host">Gives engines and registries.</param>
    /// <param name="options">How often a registry is tried, and the pauses in between.</param>
    /// <param name="time">For the pauses.</param>
    /// <param name="cancellationToken">Ends it; blobs that were pushed stay, without a tag.</param>
    /// <returns>The outputs as on a command line, what was pushed with its digest.</returns>
    /// <exception cref="NodeForgeException">What an output fails with.</exception>
    public async Task<IReadOnlyList<string>> WriteAsync(
        IReadOnlyList<Image> images,
        BuildEnvironment environment,
        TransportHost host,
        FetchOptions options,
        TimeProvider time,
        CancellationToken cancellationToken
    )
    {
        if (transports.Count == 0)
            return [];
        IReadOnlyList<Image> encoded = PlatformIndex.Over(
            await new LayerRecoding(environment, encoding).ApplyAsync(images, cancellationToken).ConfigureAwait(false),
            environment.Store
        );
        List<string> written = [];
        foreach (ImageTransport transport in transports)
        {
            using ForgeStep step = environment.Reporter.Step(
                transport.Room.IsRemote ? $"push {transport.Reference}" : $"write {transport}"
            );
            IReadOnlyList<Image> named = transport.Room.StoresPlain
                ? [ForThisMachine(images)]
                : [.. encoded.Select(image => Named(image, transport))];
            // An attempt that follows another finds the blobs that this one had pushed.
            await RegistryRetries
                .RunAsync(
                    async () =>
                    {
                        await transport
                            .Target(host with { Platform = images[0].Platform })
                            .WriteAsync(named, cancellationToken)
                            .ConfigureAwait(false);
                        return true;
                    },
                    options,
                    time,
                    cancellationToken
                )
                .ConfigureAwait(false);
            written.Add(
                transport.Room.IsRemote
                    ? (transport with { Reference = transport.Reference!.At(encoded[0].Root.Digest) }).ToString()
                    : transport.ToString()
            );
            step.Finish();
        }

        return written;
    }

    private Image Named(Image image, ImageTransport transport) =>
        image with
        {
            References = [transport.Reference ?? name],
            Tag = transport.Room.Form == TransportForm.FileAndTag ? transport.Name : null,
        };

    // An engine takes one platform.
    private static Image ForThisMachine(IReadOnlyList<Image> images) =>
        images.FirstOrDefault(image => image.Platform.Architecture == DebianArchitecture.OfThisMachine) ?? images[0];

    private static NodeForgeException Refused(ImageTransport target, string what, string hint) =>
        new(new Diagnostic(ErrorCodes.OutputNotSupported, what) { Where = new(target.ToString()), Hint = hint });
}
