using System.Globalization;
using NodeForge.Images.Debian;
using NodeForge.Kubernetes;
using NodeForge.Oci;
using NodeForge.Recipes;
using NodeForge.Recipes.Locks;

namespace NodeForge.Images.Planning;

/// <summary>Turns a recipe and its lock into a plan. Reads nothing, asks nobody.</summary>
public sealed class Planner
{
    private readonly Recipe top;
    private readonly RecipeLock locked;
    private readonly Platform platform;
    private readonly long epoch;

    private Planner(Recipe top, RecipeLock locked, Platform platform, long? epoch)
    {
        this.top = top;
        this.locked = locked;
        this.platform = platform;
        this.epoch = epoch ?? locked.Epoch;
    }

    /// <param name="recipe">The recipe, valid.</param>
    /// <param name="locked">Its lock, fresh.</param>
    /// <param name="platform">One of the recipe's.</param>
    /// <param name="epoch">SOURCE_DATE_EPOCH where it is set; else the lock's.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.LockIncomplete"/>: the lock lacks a part;
    /// <see cref="ErrorCodes.NodeLacksImages"/>: the recipe's images are not those that
    /// the kubeadm of its version asks for.</exception>
    public static ImagePlan Plan(Recipe recipe, RecipeLock locked, Platform platform, long? epoch = null)
    {
        Planner planner = new(recipe, locked, platform, epoch);
        return planner.PlanOf(recipe) with { Recorded = planner.RecordedOf(recipe) };
    }

    private ImagePlan PlanOf(Recipe recipe) =>
        recipe switch
        {
            BaseImageRecipe r => BaseOf(r),
            ContainerImageRecipe r => ContainerOf(r),
            KubernetesBuildRecipe r => KubernetesOf(r),
            NodeImageRecipe r => NodeOf(r),
            _ => throw new ArgumentOutOfRangeException(nameof(recipe)),
        };

    private BaseImagePlan BaseOf(BaseImageRecipe recipe) =>
        new()
        {
            Name = recipe.Name,
            Platform = platform,
            Epoch = epoch,
            Digest = DigestOf(recipe),
            Rootfs = new(recipe.Debian, PartOf(recipe), DebianArchitecture.Of(platform)),
            Contents = recipe.Contents,
            Content = recipe.Content,
        };

    private ContainerImagePlan ContainerOf(ContainerImageRecipe recipe) =>
        new()
        {
            Name = recipe.Name,
            Platform = platform,
            Epoch = epoch,
            Digest = DigestOf(recipe),
            Recipe = recipe,
            Part = PartOf(recipe),
        };

    private KubernetesBuildPlan KubernetesOf(KubernetesBuildRecipe recipe) =>
        new()
        {
            Name = recipe.Name,
            Platform = platform,
            // The build's date is written into the programs: a caller's SOURCE_DATE_EPOCH must not give them other bits than the lock
            // records.
            Epoch = locked.Epoch,
            Digest = DigestOf(recipe),
            Recipe = recipe,
            Part = PartOf(recipe),
            Images = [.. recipe.Images.Select(image => ContainerOf(Versioned(image, recipe.Version)) with { Epoch = locked.Epoch })],
        };

    private static ContainerImageRecipe Versioned(ContainerImageRecipe image, string version)
    {
        string tag = KubernetesVersion.TryParse(version, out KubernetesVersion parsed) ? parsed.ImageTag : version;
        return image with { Tags = [.. image.Tags.Select(name => name.Replace("{version}", tag, StringComparison.Ordinal))] };
    }

    private NodeImagePlan NodeOf(NodeImageRecipe recipe)
    {
        IReadOnlyList<LockedImage> ofKubeadm = KubeadmEntry.LockedFor(recipe, PartOf(recipe));
        return KubeadmEntry.Check(ContainerdFit.Check(Bare(recipe)) with { OfKubeadm = ofKubeadm });
    }

    private NodeImagePlan Bare(NodeImageRecipe recipe) =>
        new()
        {
            Name = recipe.Name,
            Platform = platform,
            Epoch = epoch,
            Digest = DigestOf(recipe),
            Recipe = recipe,
            Part = PartOf(recipe),
            Base = recipe.Base.Recipe is { } b ? BaseOf(b) : null,
            Kubernetes = recipe.Kubernetes.Build is { } k ? KubernetesOf(k) : null,
            Images = recipe
                .Images.Select(image => image.Recipe)
                .OfType<ContainerImageRecipe>()
                .DistinctBy(image => image.File)
                .ToDictionary(image => image.File, ContainerOf),
        };

    private RecordedImage? RecordedOf(Recipe recipe) =>
        recipe is not KubernetesBuildRecipe && epoch == locked.Epoch && PartOf(recipe) is { Output: { } imageId, Layers: { } layers }
            ? new(imageId, layers)
            : null;

    private LockedPart PartOf(Recipe recipe) => locked.Part(top, recipe, platform);

    // The lock carries the digest of every recipe and local file, so with platform and epoch it decides the plan.
    private Digest DigestOf(Recipe recipe) =>
        ActionKey.Of(
            "plan/1",
            recipe.Name,
            locked.Recipe.ToString(),
            platform.ToString(),
            epoch.ToString(CultureInfo.InvariantCulture),
            string.Join('\n', locked.Parts.SelectMany(Content))
        );

    private static IEnumerable<string> Content(LockedPart part) =>
        [part.Recipe, part.Platform, .. part.Sources.Select(source => source.Digest.ToString())];
}
