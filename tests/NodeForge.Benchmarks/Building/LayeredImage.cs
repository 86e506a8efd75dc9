using NodeForge.Oci;
using NodeForge.Oci.Compression;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Tar;
using NodeForge.Oci.Transports;

namespace NodeForge.Benchmarks.Building;

/// <summary>An image of noise, as a docker-archive: nothing compresses, and two of different numbers share no layer.</summary>
internal static class LayeredImage
{
    /// <param name="folder">Where its parts lie.</param>
    /// <param name="archive">Is written.</param>
    /// <param name="reference">Its name.</param>
    /// <param name="layers">A number for each layer, bottom first: the same number is the same bytes, in every run of the
    /// benchmark.</param>
    /// <param name="bytes">Of each layer.</param>
    public static void Write(string folder, string archive, string reference, IReadOnlyList<int> layers, int bytes)
    {
        BlobStore store = new(Path.Combine(folder, "noise"));
        LayerBlob[] blobs = [.. layers.Select((number, position) => Layer(store, number, position, bytes))];
        ImageConfig config = new()
        {
            Architecture = "amd64",
            Os = "linux",
            RootFs = new("layers", [.. blobs.Select(layer => layer.DiffId)]),
        };
        byte[] configJson = OciJson.Write(config);
        Manifest manifest = new()
        {
            Config = new(MediaTypes.Config, store.Write(configJson), configJson.Length),
            Layers = [.. blobs.Select(layer => layer.Descriptor)],
        };
        byte[] manifestJson = OciJson.Write(manifest);
        Descriptor image = new(MediaTypes.Manifest, store.Write(manifestJson), manifestJson.Length);
        DockerArchiveWriter.Write(
            archive,
            StoredImages.Of(store, image, ImageReference.Parse(reference)),
            config.Platform,
            CancellationToken.None
        );
    }

    private static LayerBlob Layer(BlobStore store, int number, int position, int bytes)
    {
        byte[] content = new byte[bytes];
#pragma warning disable CA5394 // noise, not a secret
        new Random(number).NextBytes(content);
#pragma warning restore CA5394
        LayerEntry file = new(
            new TarEntry
            {
                Path = $"program-{position}",
                Kind = TarEntryKind.File,
                Mode = 0x1ed,
                Size = bytes,
            },
            new InlineContent(content)
        );
        return LayerWriter.WriteToStore([file], store, LayerEncoding.None, epoch: 0);
    }
}
