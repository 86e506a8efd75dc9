using NodeForge.Images;
using NodeForge.Images.Assembly;
using NodeForge.Images.Planning;
using NodeForge.Oci;
using NodeForge.Verification.Images;

namespace NodeForge;

/// <summary>Plans to images; a node image only with everything that its clusters can ask for, or with word of its own that it has
/// not.</summary>
/// <param name="environment">Remembers which images were found closed.</param>
/// <param name="allowOpen">Whether one that is not is made all the same.</param>
internal sealed class ClosedImages(BuildEnvironment environment, bool allowOpen)
{
    // Another version may know more of what clusters ask for.
    private static readonly string Version = typeof(ClosedImages).Assembly.GetName().Version?.ToString() ?? "";
    private readonly ImageAssembler assembler = new(environment);

    /// <exception cref="NodeForgeException">As the assembler throws; NF6261 to NF6271: one for each image that clusters would not
    /// find.</exception>
    public async Task<IReadOnlyList<Image>> AssembleAsync(IReadOnlyList<ImagePlan> plans, CancellationToken cancellationToken)
    {
        List<Image> images = [];
        foreach (ImagePlan plan in plans)
        {
            Image image = await assembler.AssembleAsync(plan, cancellationToken).ConfigureAwait(false);
            images.Add(plan is NodeImagePlan node ? await CloseAsync(node, image, cancellationToken).ConfigureAwait(false) : image);
        }

        return images;
    }

    private async Task<Image> CloseAsync(NodeImagePlan plan, Image image, CancellationToken cancellationToken)
    {
        IReadOnlyList<Diagnostic> missing = await ProblemsAsync(image, cancellationToken).ConfigureAwait(false);
        if (missing.Count == 0)
            return image;
        if (!allowOpen)
            throw new NodeForgeException([.. missing]);
        Image open = await assembler.AssembleAsync(plan.WithOpenClosure(), cancellationToken).ConfigureAwait(false);
        IReadOnlyList<Diagnostic> problems = await ProblemsAsync(open, cancellationToken).ConfigureAwait(false);
        if (problems.Count > 0) // of images that are there, and not whole
            throw new NodeForgeException([.. problems]);
        foreach (Diagnostic problem in missing)
            environment.Reporter.Warn(
                problem with
                {
                    Severity = Severity.Warning,
                    Hint = "the image says of itself that its closure is open",
                }
            );
        return open;
    }

    private async Task<IReadOnlyList<Diagnostic>> ProblemsAsync(Image image, CancellationToken cancellationToken)
    {
        Digest key = ActionKey.Of("closure/1", Version, image.Id.ToString());
        using ForgeStep step = environment.Reporter.Step($"closure of {image.Name}");
        if (environment.Actions.Find(key) is not null)
        {
            step.Finish("cached");
            return [];
        }

        IReadOnlyList<Diagnostic> problems = await ImageVerifier.ClosureProblemsAsync(image, cancellationToken).ConfigureAwait(false);
        if (problems.Count == 0)
            environment.Actions.Remember(key, []);
        step.Finish(problems.Count == 0 ? "closed" : "open");
        return problems;
    }
}
