using NodeForge.Oci;
using NodeForge.Oci.Layouts;

namespace NodeForge.Images.Assembly.Kubernetes;

/// <summary>The control plane's images of a release: archives with one image each.</summary>
internal sealed class ReleasedImages(BuildEnvironment environment)
{
    /// <summary>The image of a file, by the names that upstream gives to archives of images; null for other files.</summary>
    public static string? NameOf(string file) =>
        file.StartsWith("kube-", StringComparison.Ordinal) && file.EndsWith(".tar", StringComparison.Ordinal) && !file.Contains(' ', StringComparison.Ordinal) ? file[..^".tar".Length] : null;

    /// <summary>Takes an image while its archive comes by: the archive itself is never written down.</summary>
    /// <param name="archive">Read once.</param>
    /// <param name="origin">Where messages say that it lies.</param>
    public async Task<OpenedImage> TakeAsync(Stream archive, string origin, Platform platform, CancellationToken cancellationToken)
    {
        ImageSource source = ImageSource.TakeArchive(archive, origin, environment.Store, cancellationToken);
        OpenedImage image = OpenedImage.Of(await source.ImportAsync(source.Find(null), environment.Store, platform, cancellationToken).ConfigureAwait(false));
        // A layout lists an image once for each of its names.
        return image with { References = [.. source.Images.SelectMany(named => named.References).Select(reference => reference.ToString()).Distinct()] };
    }

    /// <summary>An image in the terms of the action cache.</summary>
    public static IEnumerable<ActionOutput> Outputs(string name, OpenedImage image) =>
    [
        new(name, image.Manifest.Digest, image.Manifest.Size) { MediaType = image.Manifest.MediaType },
        .. image.References.Select(reference => new ActionOutput(Part(name, Reference) + reference, image.Manifest.Digest, image.Manifest.Size)),
        new(Part(name, Config), image.Config.Digest, image.Config.Size) { MediaType = image.Config.MediaType },
        .. image.Layers.Select(layer => LayerOutput.Of(Part(name, Layer), layer)),
    ];

    /// <summary>The images of <see cref="Outputs"/>, by name.</summary>
    public IReadOnlyDictionary<string, OpenedImage> Read(IReadOnlyList<ActionOutput> outputs) => outputs
        .Where(output => output.MediaType is not null && !output.Name.Contains(' ', StringComparison.Ordinal))
        .ToDictionary(manifest => manifest.Name, manifest => Read(manifest, [.. outputs.Where(output => output.Name.StartsWith(manifest.Name + " ", StringComparison.Ordinal))]));

    private OpenedImage Read(ActionOutput manifest, ActionOutput[] parts)
    {
        string reference = Part(manifest.Name, Reference);
        ActionOutput config = parts.Single(part => part.Name == Part(manifest.Name, Config));
        return new(
            [.. parts.Where(part => part.Name.StartsWith(reference, StringComparison.Ordinal)).Select(part => part.Name[reference.Length..])],
            new(manifest.MediaType!, manifest.Digest, manifest.Size),
            new(config.MediaType!, config.Digest, config.Size),
            ImageDocument.ReadConfig(environment.Store.ReadAllBytes(config.Digest), new(manifest.Name, Detail: config.Digest.ToString())),
            [.. parts.Where(part => part.Name == Part(manifest.Name, Layer)).Select(part => part.ToLayer())]);
    }

    private const string Reference = "reference ";
    private const string Config = "config";
    private const string Layer = "layer";

    private static string Part(string image, string part) => $"{image} {part}";
}
