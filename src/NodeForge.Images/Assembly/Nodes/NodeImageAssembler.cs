using NodeForge.Images.Assembly.Contents;
using NodeForge.Images.Assembly.Kubernetes;
using NodeForge.Images.Planning;
using NodeForge.Oci;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Tar;

namespace NodeForge.Images.Assembly.Nodes;

/// <summary>Node image: a base, the Kubernetes binaries, a layer for each preloaded image, and one small last layer.</summary>
/// <remarks>A layer for each component: what changes with a Kubernetes patch release is what an engine or a registry has to move.</remarks>
internal sealed class NodeImageAssembler(BuildEnvironment environment)
{
    public async Task<Image> AssembleAsync(NodeImagePlan plan, CancellationToken cancellationToken)
    {
        (NodeBase under, KubernetesRelease kubernetes) = await OpenAsync(plan, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<NodePreload> preloads = await new NodePreloads(environment)
            .OpenAsync(plan, kubernetes, cancellationToken)
            .ConfigureAwait(false);

        RootfsTree tree = RootfsTree.Read(environment.Store, under.Layers.Select(layer => layer.Descriptor), cancellationToken);
        List<Layer> layers = [.. under.Layers];
        (IReadOnlyList<Layer> componentLayers, IReadOnlyList<NodeComponent> components) = await new ComponentLayers(environment)
            .BuildAsync(plan, tree, cancellationToken)
            .ConfigureAwait(false);
        layers.AddRange(componentLayers);
        Task<Layer> whenBinaries = BinariesAsync(plan, kubernetes, tree, cancellationToken);
        PreloadLayers preloadLayers = PreloadLayers.For(plan, environment);
        IReadOnlyList<Layer> images = await preloadLayers.BuildAsync(preloads, tree, cancellationToken).ConfigureAwait(false);
        layers.Add(await whenBinaries.ConfigureAwait(false));
        layers.AddRange(images);

        LayerDraft last = new(tree, plan.Epoch);
        preloadLayers.Complete(preloads, last);
        NodeRecord.Write(plan, under, kubernetes, components, preloads, last);
        ContainerdSettings.Write(plan, NodeRecord.SandboxOf(preloads), tree, last);
        ContentsLayer contents = new(environment.Store, kubernetes.Binaries);
        contents.Lay(plan.Recipe.Contents, last, cancellationToken);
        new SystemdLinks(last, new UnitFiles(last, tree).Read).Write(plan.Recipe.Contents.Systemd);
        layers.Add(
            (
                await DraftedLayer.BuildAsync(last, "node configuration", plan.Epoch, environment, cancellationToken).ConfigureAwait(false)
            ).Titled("node configuration", environment.Store)
        );
        return ImageWriter.Write(
            plan,
            layers,
            plan.Recipe.Contents with
            {
                Labels = NodeRecord.Labels(plan, under, components),
            },
            under.Defaults,
            environment.Store
        );
    }

    // Both at once. When one fails the other is stopped and waited for: it has programs running and scratch to clean up.
    private async Task<(NodeBase Under, KubernetesRelease Kubernetes)> OpenAsync(NodeImagePlan plan, CancellationToken cancellationToken)
    {
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<NodeBase> whenBase = Task.Run(() => new NodeBases(environment).OpenAsync(plan, both.Token), both.Token);
        Task<KubernetesRelease> whenKubernetes = Task.Run(
            () => new KubernetesReleases(environment).OpenAsync(plan, both.Token),
            both.Token
        );
        Task first = await Task.WhenAny(whenBase, whenKubernetes).ConfigureAwait(false);
        if (!first.IsCompletedSuccessfully)
            await both.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(whenBase, whenKubernetes).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first.ConfigureAwait(false);
        return (await whenBase.ConfigureAwait(false), await whenKubernetes.ConfigureAwait(false));
    }

    private async Task<Layer> BinariesAsync(
        NodeImagePlan plan,
        KubernetesRelease kubernetes,
        RootfsTree tree,
        CancellationToken cancellationToken
    )
    {
        string title = $"Kubernetes {plan.Recipe.Kubernetes.Version}";
        LayerDraft draft = new(tree, plan.Epoch);
        foreach ((string name, ActionOutput program) in kubernetes.Binaries)
            draft.Add(
                new TarEntry
                {
                    Path = $"usr/bin/{name}",
                    Kind = TarEntryKind.File,
                    Mode = 0x1ed,
                    Size = program.Size,
                },
                new BlobContent(environment.Store, program.Digest)
            );
        return (await DraftedLayer.BuildAsync(draft, title, plan.Epoch, environment, cancellationToken).ConfigureAwait(false)).Titled(
            title,
            environment.Store
        );
    }
}
