using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using NodeForge.Engines;
using NodeForge.Engines.Containers;
using NodeForge.Oci;
using NodeForge.Oci.Tar;

namespace NodeForge.Clusters.Images;

/// <summary>Reads single layers of an engine's image where the overlay2 driver keeps them, through the mounts of a container that never
/// runs.</summary>
/// <remarks>
/// The engine's own export is of all layers, and classic Docker first writes them to its disk: seconds where one small layer is wanted. The
/// places are those
/// of Docker's overlay2 driver since 1.10; nothing read there is believed, every layer is put together again and compared with its diff ID.
/// Where an engine keeps
/// its images otherwise there is no offer, and the export is read.
/// </remarks>
internal sealed class OverlayImage : IAsyncDisposable
{
    private const string Label = "dev.nodeforge.layers";
    private const string Root = "/nodeforge";
    private const int LargestRecord = 64 << 20;
    private const int MostRecords = 1_000;
    private static readonly TimeSpan Abandoned = TimeSpan.FromHours(1);

    private readonly EngineClient engine;
    private readonly string container;
    private readonly string scratch;

    private OverlayImage(EngineClient engine, string container, string scratch) =>
        (this.engine, this.container, this.scratch) = (engine, container, scratch);

    /// <summary>Opens an image, or null where its layers are not to be reached like this.</summary>
    /// <param name="lack">Whether a layer is wanted; the folders of others are left alone.</param>
    public static async Task<OverlayImage?> OpenAsync(
        EngineClient engine,
        EngineImage image,
        Func<Digest, bool> lack,
        string scratch,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        EngineInformation information = await engine.InformationAsync(cancellationToken).ConfigureAwait(false);
        if (FoldersOf(image) is not { } folders || information.Driver != "overlay2" || information.DockerRootDir.Length == 0)
            return null;
        await RemoveAbandonedAsync(engine, clock, cancellationToken).ConfigureAwait(false);
        ContainerSpec spec = new($"nodeforge-layers-{Path.GetRandomFileName()}", image.Details.Id)
        {
            Entrypoint = [Root],
            Labels = new Dictionary<string, string> { [Label] = image.Id.ToString() },
            Mounts = [.. Mounts(image, folders, $"{information.DockerRootDir}/image/{information.Driver}", lack)],
            Network = "none",
        };
        try
        {
            return new(engine, await engine.Containers.CreateAsync(spec, cancellationToken).ConfigureAwait(false), scratch);
        }
        catch (NodeForgeException)
        {
            return null;
        }
    }

    /// <summary>Reads what the engine keeps of the image.</summary>
    /// <exception cref="InvalidDataException">It is of another form.</exception>
    public async Task<Image> ReadAsync(EngineImage image, CancellationToken cancellationToken)
    {
        Dictionary<string, byte[]> records = await RecordsAsync(cancellationToken).ConfigureAwait(false);
        RawDocument config = RawDocument.Create(
            MediaTypes.Config,
            records.GetValueOrDefault("config") ?? throw new InvalidDataException("there is no image config")
        );
        if (config.Descriptor.Digest != image.Id)
            throw new InvalidDataException("the image config is another one");
        Location where = new(image.Asked, Detail: "the engine's layers");
        List<Layer> layers = [];
        foreach ((Digest diffId, int index) in image.DiffIds.Select((diffId, index) => (diffId, index)))
        {
            byte[] record =
                records.GetValueOrDefault(index.ToString(CultureInfo.InvariantCulture))
                ?? throw new InvalidDataException("a layer has no record");
            layers.Add(
                new(new(MediaTypes.Layer, diffId, TarSplit.LengthOf(record)), diffId, where, token => OpenAsync(index, record, token))
            );
        }

        Manifest manifest = new() { Config = config.Descriptor, Layers = [.. layers.Select(layer => layer.Descriptor)] };
        return new(
            RawDocument.Create(MediaTypes.Manifest, OciJson.Write(manifest)),
            manifest,
            config,
            ImageDocument.ReadConfig(config.Bytes, where),
            layers
        );
    }

    // The user's Ctrl-C does not leave the container behind.
    public async ValueTask DisposeAsync() => await engine.Containers.RemoveAsync(container, CancellationToken.None).ConfigureAwait(false);

    /// <summary>The folders of an image's layers, bottom first; null where the driver says something else than expected.</summary>
    internal static IReadOnlyList<string>? FoldersOf(EngineImage image)
    {
        if (image.Details.GraphDriver is not { Name: "overlay2", Data: { } data } || !data.TryGetValue("UpperDir", out string? upper))
            return null;
        string[] folders =
        [
            .. data.GetValueOrDefault("LowerDir", string.Empty).Split(':', StringSplitOptions.RemoveEmptyEntries).Reverse(),
            upper,
        ];
        return folders.Length == image.DiffIds.Count ? folders : null;
    }

    private static IEnumerable<MountSpec> Mounts(EngineImage image, IReadOnlyList<string> folders, string store, Func<Digest, bool> lack)
    {
        yield return Mount($"{store}/imagedb/content/sha256/{image.Id.Hex}", $"{Root}/records/config");
        foreach ((Digest diffId, int index) in image.DiffIds.Select((diffId, index) => (diffId, index)))
        {
            yield return Mount(
                $"{store}/layerdb/sha256/{ChainId.Of(image.DiffIds.Take(index + 1)).Hex}/tar-split.json.gz",
                $"{Root}/records/{index}"
            );
            if (lack(diffId))
                yield return Mount(folders[index], $"{Root}/layers/{index}");
        }
    }

    private static MountSpec Mount(string source, string target) => new(MountKind.Bind, source, target) { ReadOnly = true };

    private static async Task RemoveAbandonedAsync(EngineClient engine, TimeProvider clock, CancellationToken cancellationToken)
    {
        long oldest = clock.GetUtcNow().Subtract(Abandoned).ToUnixTimeSeconds();
        foreach (ContainerSummary left in await engine.Containers.ListAsync([Label], cancellationToken).ConfigureAwait(false))
        {
            if (left.Created < oldest && left.Labels.ContainsKey(Label))
                await engine.Containers.RemoveAsync(left.Id, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<Dictionary<string, byte[]>> RecordsAsync(CancellationToken cancellationToken)
    {
        Stream archive = await engine.Containers.GetArchiveAsync(container, $"{Root}/records", cancellationToken).ConfigureAwait(false);
        await using (archive.ConfigureAwait(false))
            return await Task.Run(() => ReadRecords(archive, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    private static Dictionary<string, byte[]> ReadRecords(Stream archive, CancellationToken cancellationToken)
    {
        Dictionary<string, byte[]> records = new(StringComparer.Ordinal);
        using TarReader reader = new(archive, "records", options: null, cancellationToken);
        long left = LargestRecord;
        while (reader.Read() is { } entry)
        {
            if (entry.Kind != TarEntryKind.File)
                continue;
            left -= entry.Size;
            if (left < 0 || records.Count >= MostRecords)
                throw new InvalidDataException("the records are too large");
            byte[] bytes = new byte[entry.Size];
            reader.Content.ReadExactly(bytes);
            records[entry.Path[(entry.Path.LastIndexOf('/') + 1)..]] = bytes;
        }

        return records;
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The stream that is returned owns the folder's.")]
    private async ValueTask<Stream> OpenAsync(int index, byte[] record, CancellationToken cancellationToken) =>
        new SplitLayer(
            record,
            await engine
                .Containers.GetArchiveAsync(container, $"{Root}/layers/{index.ToString(CultureInfo.InvariantCulture)}", cancellationToken)
                .ConfigureAwait(false),
            scratch,
            cancellationToken
        );
}
