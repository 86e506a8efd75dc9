using NodeForge.Files;
using NodeForge.Oci;

namespace NodeForge.Recipes;

/// <summary>What a node image stands on: a recipe or an image from elsewhere, exactly one.</summary>
public sealed record BaseSource(BaseImageRecipe? Recipe, ImageSource? Image);

/// <summary>An image by transport: <c>docker://</c>, <c>oci:</c>, <c>oci-archive:</c>, <c>docker-archive:</c>.</summary>
/// <param name="Text">As written.</param>
/// <param name="LocalPath">The layout or archive, absolute; null for a registry.</param>
public sealed record ImageSource(string Text, string? LocalPath)
{
    /// <summary>What the text of an image of a registry begins with.</summary>
    public const string RegistryTransport = "docker://";

    /// <summary>What the image must be; asked for where the transport is not a registry or the reference is a tag, the lock has it
    /// otherwise.</summary>
    public Digest? Digest { get; init; }
}

/// <summary>Where kubeadm, kubelet, kubectl and the control plane's images come from, exactly one of the four.</summary>
public sealed record KubernetesSource
{
    /// <summary><c>v1.20.2</c>, with the leading v.</summary>
    public required string Version { get; init; }

    /// <summary>A recipe that builds the server tarball.</summary>
    public KubernetesBuildRecipe? Build { get; init; }

    /// <summary>URL of a server tarball; <c>{version}</c> and <c>{architecture}</c> are filled in.</summary>
    public string? Release { get; init; }

    /// <summary>A server tarball on this machine, absolute.</summary>
    public string? Tarball { get; init; }

    /// <summary>A folder of loose binaries on this machine, absolute: kubeadm, kubelet, kubectl, and the <c>kube-*.tar</c> if there are
    /// any.</summary>
    public string? Folder { get; init; }
}

/// <summary>A program of the node from a tarball.</summary>
/// <param name="Name">containerd, runc, cni or crictl.</param>
public sealed record ComponentSource(string Name)
{
    /// <summary>With <c>{architecture}</c> filled in.</summary>
    public string? Url { get; init; }

    /// <summary>What the image's record and labels say of it; null where the recipe does not say which it is.</summary>
    public string? Version { get; init; }

    /// <summary>URL of a checksum file with a line for the file at <see cref="Url"/>; null looks for the usual ones beside it.</summary>
    public string? Checksums { get; init; }

    public string? Tarball { get; init; }

    /// <summary>The folder in the image that its files go to; each component has its usual one.</summary>
    public string? Path { get; init; }
}

/// <summary>An image to preload, from a recipe or from elsewhere, or all that kubeadm wants beside its release; exactly one.</summary>
public sealed record PreloadedImage
{
    /// <summary>Etcd, CoreDNS and pause as the kubeadm of the recipe's version asks for them; the lock says which they are.</summary>
    public bool OfKubeadm { get; init; }

    public ContainerImageRecipe? Recipe { get; init; }

    public ImageSource? Image { get; init; }

    /// <summary>The references that the node knows it by; empty: those of the recipe, or the reference itself.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>The names that the node will know it by; null where only its archive says them, or its lock.</summary>
    public IReadOnlyList<string>? Names =>
        this switch
        {
            { OfKubeadm: true } => null,
            { Tags.Count: > 0 } => Tags,
            { Recipe: { } recipe } => recipe.Tags,
            { Image: { LocalPath: null } image } => [image.Text[ImageSource.RegistryTransport.Length..]],
            _ => null,
        };
}

/// <summary>Manifests for a new cluster; absolute paths, each may be absent.</summary>
public sealed record NodeManifests(string? PodNetwork, string? Storage);
