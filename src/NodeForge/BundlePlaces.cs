using NodeForge.Images.Debian;
using NodeForge.Oci;
using NodeForge.Oci.Transports;

namespace NodeForge;

/// <summary>Which images of a bundle go where: a target, and what it is given.</summary>
/// <param name="Target">An engine's or a registry's has a name.</param>
/// <param name="Images">Under the names that they will have there.</param>
internal sealed record BundlePlace(ImageTransport Target, IReadOnlyList<Image> Images)
{
    private const string Engine = "docker-daemon:";
    private const string Registry = "docker://";

    /// <param name="target">As in <see cref="BundleLoadRequest.Targets"/>.</param>
    /// <param name="images">The chosen images, each with its platforms.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.BundleImageNotPlaced"/>, <see cref="ErrorCodes.PlatformMissing"/>,
    /// <see cref="ErrorCodes.InvalidImageTransport"/>.</exception>
    public static IEnumerable<BundlePlace> Of(string target, IReadOnlyList<IReadOnlyList<Image>> images)
    {
        if (target == Engine)
            return images.SelectMany(image => References(image, target).Select(name => For(ImageTransport.Parse(Engine + name), image)));
        if (target.StartsWith(Registry, StringComparison.Ordinal) && target.EndsWith('/'))
            return images.SelectMany(image =>
                References(image, target)
                    .Select(name => For(ImageTransport.Parse($"{target}{name.Repository}:{name.Tag ?? "latest"}"), image))
            );
        ImageTransport place = ImageTransport.Parse(target);
        bool named = place.Name is not null || place.Reference is not null;
        if (named && images.Count > 1)
            throw Refused(place.ToString(), $"{images.Count} images would go to one place", "name one of them with --image");
        return named ? [For(place, images[0])] : [new(place, [.. images.SelectMany(image => image)])];
    }

    private static BundlePlace For(ImageTransport place, IReadOnlyList<Image> image)
    {
        string? tag = place.Room.Form == TransportForm.FileAndTag ? place.Name : null;
        IReadOnlyList<Image> given = place.Room.Form == TransportForm.Reference ? [ForThisMachine(image)] : image;
        return new(
            place,
            [
                .. given.Select(platform =>
                    platform with
                    {
                        References = place.Reference is { } name ? [name] : platform.References,
                        Tag = tag,
                    }
                ),
            ]
        );
    }

    // An engine takes one platform.
    private static Image ForThisMachine(IReadOnlyList<Image> image)
    {
        Platform wanted = new(DebianArchitecture.OfThisMachine, "linux");
        return image
                .Where(platform => wanted.Accepts(platform.Platform))
                .OrderBy(platform => wanted.DistanceTo(platform.Platform))
                .FirstOrDefault()
            ?? throw PlatformChoice.Missing(new(image[0].Name), wanted, image.Select(platform => platform.Platform));
    }

    private static IReadOnlyList<ImageReference> References(IReadOnlyList<Image> image, string target) =>
        image[0].References.Count > 0
            ? image[0].References
            : throw Refused(
                target,
                $"the image '{image[0].Name}' has no full name to be called by there",
                "name it: --image NAME, and a target with a name"
            );

    private static NodeForgeException Refused(string where, string what, string hint) =>
        new(new Diagnostic(ErrorCodes.BundleImageNotPlaced, what) { Where = new(where), Hint = hint });
}
