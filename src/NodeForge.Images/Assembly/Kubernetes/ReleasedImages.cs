using NodeForge.Images.Assembly.Contents;
using NodeForge.Oci;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Transports;

namespace NodeForge.Images.Assembly.Kubernetes;

/// <summary>The control plane's images of a release: archives with one image each.</summary>
internal sealed class ReleasedImages(BuildEnvironment environment)
{
    /// <summary>The image of a file, by the names that upstream gives to archives of images; null for other files.</summary>
    public static string? NameOf(string file) =>
        file.StartsWith("kube-", StringComparison.Ordinal)
        && file.EndsWith(".tar", StringComparison.Ordinal)
        && !file.Contains(' ', StringComparison.Ordinal)
            ? file[..^".tar".Length]
            : null;

    /// <summary>Takes an image while its archive comes by: the archive itself is never written down.</summary>
    /// <param name="archive">Read once.</param>
    /// <param name="origin">Where messages say that it lies.</param>
    public async Task<Image> TakeAsync(Stream archive, string origin, Platform platform, CancellationToken cancellationToken)
    {
        IImageSource source = await Task.Run(
                () => ImageArchives.Take(archive, origin, environment.Store, cancellationToken),
                cancellationToken
            )
            .ConfigureAwait(false);
        Image found = await source.FindAsync(name: null, platform, cancellationToken).ConfigureAwait(false);
        Image image = await environment.Store.TakeAsync(found, cancellationToken).ConfigureAwait(false);
        // A layout lists an image once for each of its names.
        return image with
        {
            References =
            [
                .. (await source.ListAsync(cancellationToken).ConfigureAwait(false)).SelectMany(named => named.References).Distinct(),
            ],
        };
    }

    /// <summary>An image in the terms of the action cache.</summary>
    public static IEnumerable<ActionOutput> Outputs(string name, Image image) =>
        [
            new(name, image.Descriptor.Digest, image.Descriptor.Size) { MediaType = image.Descriptor.MediaType },
            .. image
                .Texts()
                .Select(reference => new ActionOutput(Part(name, Reference) + reference, image.Descriptor.Digest, image.Descriptor.Size)),
            new(Part(name, Config), image.Id, image.RawConfig.Descriptor.Size) { MediaType = image.RawConfig.Descriptor.MediaType },
            .. image.Layers.Select(layer => LayerOutput.Of(Part(name, Layer), layer)),
        ];

    /// <summary>The images of <see cref="Outputs"/>, by name.</summary>
    public IReadOnlyDictionary<string, Image> Read(IReadOnlyList<ActionOutput> outputs) =>
        outputs
            .Where(output => output.MediaType is not null && !output.Name.Contains(' ', StringComparison.Ordinal))
            .ToDictionary(
                manifest => manifest.Name,
                manifest =>
                    Read(manifest, [.. outputs.Where(output => output.Name.StartsWith(manifest.Name + " ", StringComparison.Ordinal))])
            );

    private Image Read(ActionOutput manifest, ActionOutput[] parts)
    {
        string reference = Part(manifest.Name, Reference);
        ActionOutput config = parts.Single(part => part.Name == Part(manifest.Name, Config));
        RawDocument raw = Document(manifest),
            rawConfig = Document(config);
        return new(
            raw,
            ImageDocument.ReadManifest(raw.Bytes, new(manifest.Name, Detail: manifest.Digest.ToString())),
            rawConfig,
            ImageDocument.ReadConfig(rawConfig.Bytes, new(manifest.Name, Detail: config.Digest.ToString())),
            [
                .. parts
                    .Where(part => part.Name == Part(manifest.Name, Layer))
                    .Select(part => Oci.Layer.Of(environment.Store, new(part.MediaType!, part.Digest, part.Size), part.DiffId!.Value)),
            ]
        )
        {
            References =
            [
                .. parts
                    .Where(part => part.Name.StartsWith(reference, StringComparison.Ordinal))
                    .Select(part => ImageReference.Parse(part.Name[reference.Length..])),
            ],
        };
    }

    private RawDocument Document(ActionOutput output) =>
        new(new(output.MediaType!, output.Digest, output.Size), environment.Store.ReadAllBytes(output.Digest));

    private const string Reference = "reference ";
    private const string Config = "config";
    private const string Layer = "layer";

    private static string Part(string image, string part) => $"{image} {part}";
}
