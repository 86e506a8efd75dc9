using NodeForge.Oci;

namespace NodeForge.Recipes;

/// <summary>A recipe as written, read and found valid: what to make, before anything is resolved.</summary>
public abstract record Recipe
{
    /// <summary>The file it was read from, absolute. Paths in a recipe are relative to its folder and absolute in the model.</summary>
    public required string File { get; init; }

    /// <summary>Of the bytes that it was read from, so that its digest is of what was read and not of what the file has become; null where
    /// no file was read.</summary>
    public Digest? Content { get; init; }

    /// <summary>Lower-case letters, digits, dots and dashes; at most 63 characters.</summary>
    public required string Name { get; init; }

    /// <summary>What to make it for; at least one.</summary>
    public required IReadOnlyList<Platform> Platforms { get; init; }

    /// <summary>The recipes that this one names, read as well, in the order of the text.</summary>
    public abstract IEnumerable<Recipe> Includes { get; }

    /// <summary>The local files and folders that this recipe names, absolute; not those of its includes.</summary>
    public abstract IEnumerable<string> LocalInputs { get; }
}

/// <summary><c>kind: BaseImage</c>: Debian packages, configured, and what is laid over them.</summary>
public sealed record BaseImageRecipe : Recipe
{
    public required DebianPackages Debian { get; init; }

    public required ImageContents Contents { get; init; }

    public override IEnumerable<Recipe> Includes => [];

    public override IEnumerable<string> LocalInputs => Contents.LocalInputs;
}

/// <summary><c>kind: ContainerImage</c>: files out of packages, without their scripts, and files of one's own.</summary>
public sealed record ContainerImageRecipe : Recipe
{
    /// <summary>The references that the image is known by in a node; at least one.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    public ExtractedPackages? Debian { get; init; }

    public required ImageContents Contents { get; init; }

    public override IEnumerable<Recipe> Includes => [];

    public override IEnumerable<string> LocalInputs => Contents.LocalInputs;
}

/// <summary><c>kind: KubernetesBuild</c>: Kubernetes compiled from its source, put together as upstream's server tarball.</summary>
public sealed record KubernetesBuildRecipe : Recipe
{
    /// <summary><c>v1.20.2</c>, with the leading v.</summary>
    public required string Version { get; init; }

    /// <summary>A source package; null where <see cref="Tree"/> says where the source is.</summary>
    public required DebianSource? Source { get; init; }

    /// <summary>A source tree; null where there is a source package.</summary>
    public SourceTree? Tree { get; init; }

    /// <summary>The packages of the root file system in which the script runs.</summary>
    public required DebianPackages Toolchain { get; init; }

    /// <summary>A Go of this machine that the script runs instead of a packaged one, absolute: the folder with bin/go.</summary>
    public string? Go { get; init; }

    /// <summary>The folder whose program <c>build</c> compiles; docs/recipes/kubernetes-build.md has the contract.</summary>
    public required string Script { get; init; }

    /// <summary>The programs that go to the tarball as files.</summary>
    public required IReadOnlyList<string> Binaries { get; init; }

    /// <summary>The programs that go to the tarball as images.</summary>
    public required IReadOnlyList<ContainerImageRecipe> Images { get; init; }

    public override IEnumerable<Recipe> Includes => Images;

    public override IEnumerable<string> LocalInputs => [Script, .. new[] { Tree?.Folder, Tree?.Tarball, Go }.OfType<string>()];
}

/// <summary><c>kind: NodeImage</c>: a base, Kubernetes, the images it preloads, and the user's own.</summary>
public sealed record NodeImageRecipe : Recipe
{
    /// <summary>The parameters in effect, by name: the recipe's defaults and what the caller set instead. They are filled in
    /// already.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    public required BaseSource Base { get; init; }

    public required KubernetesSource Kubernetes { get; init; }

    /// <summary>Programs taken from tarballs instead of from the base: containerd, runc, cni, crictl.</summary>
    public IReadOnlyList<ComponentSource> Components { get; init; } = [];

    /// <summary>The images to preload beside those in the server tarball, the user's own among them.</summary>
    public IReadOnlyList<PreloadedImage> Images { get; init; } = [];

    /// <summary>Whether the images are held against what kubeadm wants; false where the recipe says that they differ on purpose.</summary>
    public bool HeldAgainstKubeadm { get; init; } = true;

    public Preloading Preload { get; init; } = new(PreloadMethod.ContentStore);

    /// <summary>Manifests that a new cluster applies; absolute paths.</summary>
    public NodeManifests Manifests { get; init; } = new(null, null);

    public required ImageContents Contents { get; init; }

    public override IEnumerable<Recipe> Includes =>
        [
            .. Base.Recipe is { } b ? [b] : Array.Empty<Recipe>(),
            .. Kubernetes.Build is { } k ? [k] : Array.Empty<Recipe>(),
            .. Images.Select(image => image.Recipe).OfType<Recipe>(),
        ];

    public override IEnumerable<string> LocalInputs =>
        [
            .. Contents.LocalInputs,
            .. new[]
            {
                Base.Image?.LocalPath,
                Kubernetes.Tarball,
                Kubernetes.Folder,
                Manifests.PodNetwork,
                Manifests.Storage,
            }.OfType<string>(),
            .. Components.Select(component => component.Tarball).OfType<string>(),
            .. Images.Select(image => image.Image?.LocalPath).OfType<string>(),
        ];
}
