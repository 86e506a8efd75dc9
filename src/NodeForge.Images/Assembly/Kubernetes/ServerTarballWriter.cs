using NodeForge.Images.Assembly.Contents;
using NodeForge.Images.Planning;
using NodeForge.Oci;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Tar;

namespace NodeForge.Images.Assembly.Kubernetes;

/// <summary>Puts programs and images together as upstream does: <c>kubernetes/server/bin/</c> with docker-archives and their tags beside
/// the programs.</summary>
internal sealed class ServerTarballWriter(BuildEnvironment environment)
{
    private const string Folder = "kubernetes/server/bin";

    public async Task<Descriptor> WriteAsync(
        KubernetesBuildPlan plan,
        IReadOnlyDictionary<string, ActionOutput> programs,
        CancellationToken cancellationToken
    )
    {
        LayerDraft draft = new(new RootfsTree(), plan.Epoch);
        draft.AddText("kubernetes/version", plan.Recipe.Version + "\n");
        foreach (string name in plan.Recipe.Binaries)
            draft.Add(
                new TarEntry
                {
                    Path = $"{Folder}/{name}",
                    Kind = TarEntryKind.File,
                    Mode = 0x1ed,
                    Size = programs[name].Size,
                },
                new BlobContent(environment.Store, programs[name].Digest)
            );
        foreach (ContainerImagePlan image in plan.Images)
        {
            Image built = await new ContainerImageAssembler(environment)
                .AssembleAsync(image, programs, cancellationToken)
                .ConfigureAwait(false);
            ActionOutput archive = await new ImageArchive(environment).WriteDockerAsync(built, cancellationToken).ConfigureAwait(false);
            draft.Add(
                new TarEntry
                {
                    Path = $"{Folder}/{image.Name}.tar",
                    Kind = TarEntryKind.File,
                    Mode = 0x1a4,
                    Size = archive.Size,
                },
                new BlobContent(environment.Store, archive.Digest)
            );
            draft.AddText($"{Folder}/{image.Name}.docker_tag", plan.Recipe.Version + "\n");
        }

        LayerBlob tarball = await DraftedLayer
            .BuildAsync(draft, $"kubernetes-server-linux-{plan.Platform.Architecture}.tar", plan.Epoch, environment, cancellationToken)
            .ConfigureAwait(false);
        return tarball.Descriptor;
    }
}
