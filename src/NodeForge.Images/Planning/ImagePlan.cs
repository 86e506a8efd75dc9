using NodeForge.Images.Debian;
using NodeForge.Images.Debian.Bootstrap;
using NodeForge.Oci;
using NodeForge.Recipes;
using NodeForge.Recipes.Locks;

namespace NodeForge.Images.Planning;

/// <summary>What a build will do, as data: a pure function of the recipe, its lock and the platform. The same plan digest gives the same
/// image digest.</summary>
public abstract record ImagePlan
{
    public required string Name { get; init; }

    public required Platform Platform { get; init; }

    /// <summary>Seconds since 1970; the newest time in the image.</summary>
    public required long Epoch { get; init; }

    /// <summary>Over everything that decides the bits: recipe with includes, lock, platform, epoch, and the version of the assembly's
    /// formats.</summary>
    public required Digest Digest { get; init; }

    /// <summary>What the lock records that the image comes out as; null where it records nothing, or of another epoch.</summary>
    public RecordedImage? Recorded { get; init; }

    /// <summary>What will be done, in order, for people and for <c>nodeforge plan</c>.</summary>
    public abstract IEnumerable<PlanStep> Steps { get; }

    /// <summary>What is to be told of the plan though nothing keeps it from being carried out.</summary>
    public IReadOnlyList<Diagnostic> Warnings { get; init; } = [];

    /// <summary>The parts of the lock whose content must be at hand.</summary>
    public abstract IEnumerable<LockedPart> Parts { get; }
}

/// <summary>An image as an earlier build made it.</summary>
/// <param name="ImageId">Of its config.</param>
/// <param name="Layers">Diff IDs, bottom first.</param>
public sealed record RecordedImage(Digest ImageId, IReadOnlyList<Digest> Layers);

/// <summary>One line of a plan.</summary>
/// <param name="Kind">rootfs, files, compile, unpack, layer, preload, image.</param>
/// <param name="Title">What it makes.</param>
/// <param name="From">What from: packages, a digest, a folder.</param>
public sealed record PlanStep(string Kind, string Title, string From);

public sealed record BaseImagePlan : ImagePlan
{
    public required RootfsPlan Rootfs { get; init; }

    public required ImageContents Contents { get; init; }

    /// <summary>Of the recipe's bytes; null where it was read from no file.</summary>
    public Digest? Content { get; init; }

    public override IEnumerable<PlanStep> Steps =>
        [
            Rootfs.Step(),
            new(
                "files",
                $"{Name} files",
                $"{Quantity.Of(Contents.Files.Count, "source")}, {Quantity.Of(Contents.Systemd.Enable.Count, "unit")}"
            ),
            new("image", Name, "2 layers"),
        ];

    public override IEnumerable<LockedPart> Parts => [Rootfs.Part];
}

public sealed record ContainerImagePlan : ImagePlan
{
    public required ContainerImageRecipe Recipe { get; init; }

    public required LockedPart Part { get; init; }

    public override IEnumerable<PlanStep> Steps =>
        [new("image", Name, $"{Quantity.Of(Part.Packages.Count, "package")}, {Quantity.Of(Recipe.Contents.Files.Count, "source")}")];

    public override IEnumerable<LockedPart> Parts => [Part];
}

public sealed record KubernetesBuildPlan : ImagePlan
{
    public required KubernetesBuildRecipe Recipe { get; init; }

    /// <summary>The source files and the toolchain's packages.</summary>
    public required LockedPart Part { get; init; }

    public required IReadOnlyList<ContainerImagePlan> Images { get; init; }

    /// <summary>For the architecture of the machine that it was locked on, which is not what is compiled for.</summary>
    public RootfsPlan Toolchain =>
        new(
            Recipe.Toolchain,
            Part,
            Part.Packages.FirstOrDefault(package => package.Architecture != "all")?.Architecture ?? DebianArchitecture.OfThisMachine
        );

    public override IEnumerable<PlanStep> Steps =>
        [
            Toolchain.Step() with
            {
                Title = "toolchain",
            },
            new(
                "compile",
                $"Kubernetes {Recipe.Version}",
                Recipe.Tree?.Folder ?? Recipe.Tree?.Tarball ?? string.Join(", ", Part.Files.Select(file => file.Name))
            ),
            .. Images.SelectMany(image => image.Steps),
            new("unpack", $"kubernetes-server-linux-{Platform.Architecture}.tar", Part.Output?.ToString() ?? "output not locked"),
        ];

    public override IEnumerable<LockedPart> Parts => [Part, .. Images.SelectMany(image => image.Parts)];
}

public sealed record NodeImagePlan : ImagePlan
{
    public required NodeImageRecipe Recipe { get; init; }

    public required LockedPart Part { get; init; }

    /// <summary>The base, when a recipe makes it.</summary>
    public BaseImagePlan? Base { get; init; }

    /// <summary>The server tarball, when a recipe makes it.</summary>
    public KubernetesBuildPlan? Kubernetes { get; init; }

    /// <summary>Whether the image is made though its clusters can ask for images that it has not; it then says so.</summary>
    public bool OpenClosure { get; private init; }

    /// <summary>The same for an image whose closure is open: another image, so another digest, and not the one that the lock
    /// records.</summary>
    public NodeImagePlan WithOpenClosure() =>
        this with
        {
            OpenClosure = true,
            Digest = ActionKey.Of("open-closure/1", Digest.ToString()),
            Recorded = null,
        };

    /// <summary>The images that the lock has for kubeadm's entry; empty without one.</summary>
    public IReadOnlyList<LockedImage> OfKubeadm { get; init; } = [];

    /// <summary>The preloaded images that recipes make, by the recipe's file.</summary>
    public required IReadOnlyDictionary<string, ContainerImagePlan> Images { get; init; }

    public override IEnumerable<PlanStep> Steps =>
        [
            .. Base?.Steps ?? [new PlanStep("unpack", "base", Recipe.Base.Image!.Text)],
            .. Kubernetes?.Steps ?? [],
            .. Images.Values.SelectMany(image => image.Steps),
            new("layer", $"Kubernetes {Recipe.Kubernetes.Version}", "kubeadm, kubelet, kubectl"),
            .. Recipe.Images.SelectMany(Titles).Select(title => new PlanStep("preload", title, Placed(Recipe.Preload))),
            new("files", $"{Name} files", Quantity.Of(Recipe.Contents.Files.Count, "source")),
            new("image", Name, Platform.ToString()),
        ];

    public override IEnumerable<LockedPart> Parts =>
        [Part, .. Base?.Parts ?? [], .. Kubernetes?.Parts ?? [], .. Images.Values.SelectMany(image => image.Parts)];

    private IEnumerable<string> Titles(PreloadedImage image) =>
        image.OfKubeadm ? OfKubeadm.Select(locked => locked.Reference) : [image.Recipe?.Name ?? image.Image!.Text];

    private static string Placed(Preloading preload) =>
        (preload.Method == PreloadMethod.ContentStore ? "content-store" : "archives")
        + (preload.Layers == PreloadedLayers.Uncompressed ? ", layers uncompressed" : "")
        + (preload.Unpack ? ", unpacked" : "");
}

internal static class RootfsSteps
{
    public static PlanStep Step(this RootfsPlan rootfs) =>
        new(
            "rootfs",
            $"{rootfs.Settings.Suite} {rootfs.Architecture}",
            $"{Quantity.Of(rootfs.Part.Packages.Count, "package")}, {rootfs.Part.Packages.Sum(package => package.Size)} bytes"
        );
}
