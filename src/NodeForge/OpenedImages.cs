using NodeForge.Bundles.Reading;
using NodeForge.Bundles.Writing;
using NodeForge.Engines;
using NodeForge.Images;
using NodeForge.Oci;
using NodeForge.Oci.Transports;

namespace NodeForge;

/// <summary>Images that are looked at, wherever they are, and what is open meanwhile.</summary>
/// <param name="connect">Connects to the engine.</param>
/// <param name="open">Opens the network; asked once a registry is.</param>
internal sealed class OpenedImages(ForgeOptions options, Func<CancellationToken, Task<EngineClient>> connect, Func<Network> open)
    : IDisposable
{
    private readonly List<ScratchFolder> scratch = [];
    private Network? network;

    public async Task<IImageSource> OpenAsync(ImageTransport place, CancellationToken cancellationToken) =>
        await place.OpenAsync(Host, cancellationToken).ConfigureAwait(false);

    /// <summary>What transports are given.</summary>
    public TransportHost Host =>
        Bundles(options.Host) with
        {
            OpenEngine = (place, stop) =>
                new EngineStore(connect, place.Reference!).OpenAsync(place.ToString(), new BlobStore(Scratch().Path), stop),
            EngineTarget = place => new EngineStore(connect, place.Reference!),
            Registry = _ => (network ??= open()).Registries(),
        };

    /// <summary>Files, bundles among them, and neither engine nor registry.</summary>
    public static TransportHost Bundles(HostEnvironment host) =>
        TransportHost.Files with
        {
            WorkingFolder = host.WorkingFolder,
            OpenBundle = (place, stop) => Task.Run<IImageSource>(() => BundleFile.Open(host.Resolve(place.Path)), stop),
            BundleTarget = place => new BundleTarget(host.Resolve(place.Path)),
        };

    // An engine's export comes by once: its files lie in the scratch folder while they are looked at.
    private ScratchFolder Scratch()
    {
        scratch.Add(new(Path.Combine(options.Cache, "scratch", "images-" + Path.GetRandomFileName())));
        return scratch[^1];
    }

    public void Dispose()
    {
        network?.Dispose();
        foreach (ScratchFolder folder in scratch)
            folder.Dispose();
    }
}
