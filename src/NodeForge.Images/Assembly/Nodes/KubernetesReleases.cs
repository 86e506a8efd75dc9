using NodeForge.Images.Assembly.Contents;
using NodeForge.Images.Assembly.Kubernetes;
using NodeForge.Images.Planning;
using NodeForge.Oci;
using NodeForge.Recipes;
using NodeForge.Recipes.Locks;

namespace NodeForge.Images.Assembly.Nodes;

/// <summary>Opens a node's Kubernetes wherever the recipe takes it from.</summary>
internal sealed class KubernetesReleases(BuildEnvironment environment)
{
    public async Task<KubernetesRelease> OpenAsync(NodeImagePlan plan, CancellationToken cancellationToken)
    {
        KubernetesSource source = plan.Recipe.Kubernetes;
        if (source.Folder is { } folder)
            return await new BinariesFolder(environment)
                .TakeAsync(folder, source.Version, plan.Platform, cancellationToken)
                .ConfigureAwait(false);
        (Digest tarball, string origin) = await TarballAsync(plan, cancellationToken).ConfigureAwait(false);
        return await new ServerTarball(environment)
            .UnpackAsync(tarball, origin, source.Version, plan.Platform, cancellationToken)
            .ConfigureAwait(false);
    }

    private async Task<(Digest Tarball, string Origin)> TarballAsync(NodeImagePlan plan, CancellationToken cancellationToken)
    {
        if (plan.Kubernetes is { } build)
        {
            Descriptor built = await new KubernetesBuilder(environment).BuildAsync(build, cancellationToken).ConfigureAwait(false);
            return (built.Digest, build.Name);
        }

        if (plan.Recipe.Kubernetes.Tarball is { } path)
            return (await new LocalFiles(environment).TakeAsync(path, cancellationToken).ConfigureAwait(false), path);
        LockedFile release = plan.Part.File("kubernetes");
        return (release.Digest, release.Url!);
    }
}
