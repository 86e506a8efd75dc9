using NodeForge.Containerd.Metadata;
using NodeForge.Oci;

namespace NodeForge.Containerd.Preload;

/// <summary>The image records of a store, each name once.</summary>
/// <remarks>
/// The CRI looks an image up by three names: the reference, the image ID (the config's digest) and the reference with its target's digest.
/// All are written, with the
/// labels that the CRI gives, so that it has nothing to write when containerd starts.
/// </remarks>
internal sealed class NameSet
{
    private readonly SortedDictionary<string, (CheckedImage Image, ImageRecord Record)> names = new(StringComparer.Ordinal);

    public IReadOnlyList<ImageRecord> Records => [.. names.Values.Select(static name => name.Record)];

    /// <exception cref="NodeForgeException">NF6132: another image has the name.</exception>
    public void Add(CheckedImage image, DateTimeOffset time)
    {
        foreach (ImageReference reference in image.Names)
        {
            AddName(image, reference.ContainerdName, time);
            AddName(image, $"{reference.Name}@{image.Target.Digest}", time);
        }
        // Two manifests may share a config (the same layers compressed anew): one image ID, and the first image answers to it.
        if (!names.ContainsKey(image.Manifest.Config.Digest.ToString()))
            AddName(image, image.Manifest.Config.Digest.ToString(), time);
    }

    private void AddName(CheckedImage image, string name, DateTimeOffset time)
    {
        if (names.TryGetValue(name, out var taken) && taken.Image.Target.Digest != image.Target.Digest)
            throw PreloadFault.Of(
                ErrorCodes.PreloadNamesCollide,
                image.Name,
                $"'{name}' is the name of another image too, given as {taken.Image.Name}",
                image.Target.Digest,
                image.Target.Digest.ToString(),
                taken.Image.Target.Digest.ToString()
            );
        bool pinned = image.Source.Pinned || (taken.Image?.Source.Pinned ?? false);
        Descriptor target = new(image.Target.MediaType, image.Target.Digest, image.Target.Size);
        names[name] = (image, new ImageRecord(name, target, time, time) { Labels = ContainerdLabels.OfImage(pinned) });
    }
}
