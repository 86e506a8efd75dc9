using NodeForge.Oci;
using NodeForge.Oci.Transports;
using NodeForge.Recipes;

namespace NodeForge.Images.Planning;

/// <summary>Images that a caller hands to a build beside what the recipe lists: an application that was made a moment ago, and that no lock
/// can know.</summary>
/// <remarks>The lock still decides everything else. Their image IDs count in the plan's digest, and the assembly refuses other images than
/// those that were looked at here.</remarks>
public static class HandedImages
{
    /// <param name="plans">Of one recipe.</param>
    /// <param name="paths">Archives of either kind, compressed or not, and layouts; absolute.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.PreloadNotForRecipe"/>; <see cref="ErrorCodes.PlatformMissing"/> and what
    /// else an image cannot be opened for.</exception>
    public static async Task<IReadOnlyList<ImagePlan>> AddAsync(
        IReadOnlyList<ImagePlan> plans,
        IReadOnlyList<string> paths,
        CancellationToken cancellationToken
    )
    {
        if (paths.Count == 0)
            return plans;
        List<ImagePlan> with = [];
        foreach (ImagePlan plan in plans)
            with.Add(
                await AddAsync(plan as NodeImagePlan ?? throw Refused(plan, paths[0]), paths, cancellationToken).ConfigureAwait(false)
            );
        return with;
    }

    private static async Task<ImagePlan> AddAsync(NodeImagePlan plan, IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        List<PreloadedImage> handed = [];
        foreach (string path in paths)
            handed.Add(new() { Image = await FindAsync(path, plan.Platform, cancellationToken).ConfigureAwait(false) });
        string digest = string.Join('\n', handed.Select(image => image.Image!.Digest));
        // What the lock records is the image without them.
        return plan with
        {
            Recipe = plan.Recipe with { Images = [.. plan.Recipe.Images, .. handed] },
            Digest = ActionKey.Of("handed/1", plan.Digest.ToString(), digest),
            Recorded = null,
        };
    }

    // The image's record names it by its file alone: where a checkout lies is no part of an image.
    private static async Task<ImageSource> FindAsync(string path, Platform platform, CancellationToken cancellationToken)
    {
        IImageSource source = Directory.Exists(path)
            ? await ImageTransport.Parse("oci:" + path).OpenAsync(TransportHost.Files, cancellationToken).ConfigureAwait(false)
            : ImageArchives.Open(path, cancellationToken);
        Image image = await source.FindAsync(name: null, platform, cancellationToken).ConfigureAwait(false);
        string word = source switch
        {
            OciArchive => "oci-archive",
            DockerArchive => "docker-archive",
            _ => "oci",
        };
        return new($"{word}:{Path.GetFileName(path)}", path) { Digest = image.Id };
    }

    private static NodeForgeException Refused(ImagePlan plan, string path) =>
        new(
            new Diagnostic(ErrorCodes.PreloadNotForRecipe, $"{plan.Name} is no node image and preloads none")
            {
                Where = new(path),
                Hint = ErrorCodes.PreloadNotForRecipe.Remedy,
            }
        );
}
