using NodeForge.Documents;
using NodeForge.Engines;
using NodeForge.Engines.Images;
using NodeForge.Oci;

namespace NodeForge.Clusters.Images;

/// <summary>An image of the engine that is to be loaded.</summary>
/// <param name="Asked">What the user called it.</param>
/// <param name="Names">As the kubelet asks for it: what the user called it, or of an image ID all its tags.</param>
/// <param name="Details">What the engine says of it.</param>
internal sealed record EngineImage(string Asked, IReadOnlyList<string> Names, ImageDetails Details)
{
    public Digest Id => Digest.Parse(Details.Id);

    public IReadOnlyList<Digest> DiffIds => [.. (Details.RootFS?.Layers ?? []).Select(Digest.Parse)];

    public Platform Platform => new(Details.Architecture, Details.Os) { Variant = Details.Variant };

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.EngineObjectMissing"/>, <see cref="ErrorCodes.ImageWithoutName"/>,
    /// <see cref="ErrorCodes.InvalidImageReference"/>.</exception>
    public static async Task<EngineImage> FindAsync(EngineClient engine, string asked, CancellationToken cancellationToken)
    {
        if (!IsId(asked))
            _ = ImageReference.Parse(asked);
        ImageDetails details =
            await engine.Images.FindAsync(asked, cancellationToken).ConfigureAwait(false)
            ?? throw await MissingAsync(engine, asked, cancellationToken).ConfigureAwait(false);
        // Podman gives its IDs without the algorithm.
        details = Digest.TryParse(Sha256 + details.Id, out Digest bare) ? details with { Id = bare.ToString() } : details;
        CheckDigests(engine, asked, details);
        string[] names = !IsName(asked, details) && (IsId(asked) || MeansId(asked, details.Id)) ? [.. details.RepoTags ?? []] : [asked];
        return names.Length > 0
            ? new(asked, [.. names.Select(name => ImageReference.Parse(name).ContainerdName)], details)
            : throw new NodeForgeException(
                new Diagnostic(ErrorCodes.ImageWithoutName, "the image has no name, so no pod could ask for it")
                {
                    Where = new(asked, Detail: engine.Endpoint.ToString()),
                    Hint = $"docker tag {asked} NAME:TAG, then load that name",
                }
            );
    }

    private const string Sha256 = "sha256:";
    private const int MostTold = 5;

    private static bool IsId(string asked) =>
        Digest.TryParse(asked, out _) || (asked.Length is >= 12 and <= 64 && asked.All(char.IsAsciiHexDigitLower));

    // Engines find an image by the first digits of its ID too, as many as tell it from others.
    private static bool MeansId(string asked, string id)
    {
        string digits = WithoutAlgorithm(asked);
        return digits.Length > 0
            && digits.All(char.IsAsciiHexDigitLower)
            && WithoutAlgorithm(id).StartsWith(digits, StringComparison.Ordinal);
    }

    private static string WithoutAlgorithm(string id) => id.StartsWith(Sha256, StringComparison.Ordinal) ? id[Sha256.Length..] : id;

    // A name goes before digits, for engines too.
    private static bool IsName(string asked, ImageDetails details) =>
        ImageReference.TryParse(asked, out ImageReference? reference)
        && (details.RepoTags ?? []).Any(tag =>
            ImageReference.TryParse(tag, out ImageReference? named) && named.ContainerdName == reference.ContainerdName
        );

    private static void CheckDigests(EngineClient engine, string asked, ImageDetails details)
    {
        if ((details.RootFS?.Layers ?? []).Append(details.Id).FirstOrDefault(text => !Digest.TryParse(text, out _)) is { } wrong)
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.EngineRefused, "the engine says of the image what no image has")
                {
                    Where = new(asked, Detail: engine.Endpoint.ToString()),
                    Got = wrong,
                    Want = "a sha256 digest",
                    Hint = "build or pull the image again",
                }
            );
    }

    private static async Task<NodeForgeException> MissingAsync(EngineClient engine, string asked, CancellationToken cancellationToken)
    {
        IReadOnlyList<ImageSummary> images = await engine.Images.ListAsync([], cancellationToken).ConfigureAwait(false);
        string[] meant = [.. images.Select(image => image.Id).Where(id => MeansId(asked, id)).Distinct().Order(StringComparer.Ordinal)];
        if (meant.Length > 1)
            return new(
                new Diagnostic(ErrorCodes.EngineObjectMissing, "several of the engine's images have an ID that begins so")
                {
                    Where = new(asked, Detail: engine.Endpoint.ToString()),
                    Got = string.Join(", ", meant.Take(MostTold)) + (meant.Length > MostTold ? $" and {meant.Length - MostTold} more" : ""),
                    Hint = "write more of its digits, or its name",
                }
            );
        string[] tags = [.. images.SelectMany(image => image.RepoTags ?? []).Where(tag => !tag.StartsWith('<'))];
        string? near =
            DidYouMean.Nearest(asked, tags)
            ?? tags.Where(tag => tag.Split(':')[0] == asked.Split(':')[0]).Order(StringComparer.Ordinal).LastOrDefault();
        return new(
            new Diagnostic(ErrorCodes.EngineObjectMissing, "the engine does not have this image")
            {
                Where = new(asked, Detail: engine.Endpoint.ToString()),
                Hint = near is null ? $"build or pull it first: docker pull {asked}" : $"did you mean {near}?",
            }
        );
    }
}
