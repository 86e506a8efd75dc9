using NodeForge.Clusters.Configuration;
using NodeForge.Documents.Toml;
using NodeForge.Kubernetes;

namespace NodeForge.Clusters.Nodes;

/// <summary>Changes a node's containerd as the cluster file says, and starts it again, before any pod runs in it.</summary>
/// <remarks>Once the node's own boot has fitted the file to its host: a patch has the last word.</remarks>
internal static class PatchContainerd
{
    public static async Task RunAsync(PreparedNode node, TimeProvider clock, CancellationToken cancellationToken)
    {
        await node.Container.StartUnitAsync("containerd.service", cancellationToken).ConfigureAwait(false);
        IReadOnlyDictionary<string, string> files = await node
            .Container.ReadFolderAsync(ContainerdPatching.Path, cancellationToken)
            .ConfigureAwait(false);
        IReadOnlyList<NodeFile> patched = Patched(node, files.Values.FirstOrDefault() ?? string.Empty, node.Containerd);
        await node.Container.PutAsync(patched, clock, cancellationToken).ConfigureAwait(false);
        await node.Container.RunAsync(["systemctl", "restart", "containerd.service"], cancellationToken).ConfigureAwait(false);
        await RefuseBrokenAsync(node, cancellationToken).ConfigureAwait(false);
    }

    // With a setting that it does not take, containerd runs on without what the kubelet speaks to: nothing would fail for minutes.
    private static async Task RefuseBrokenAsync(PreparedNode node, CancellationToken cancellationToken)
    {
        const string Ask =
            "ctr plugins list | grep -q 'io.containerd.grpc.v1  *cri .* ok' || journalctl --no-pager --output=cat --unit=containerd.service | grep 'plugin.*cri' | tail -n 1";
        if (await node.Container.RunAsync(["sh", "-c", Ask], cancellationToken).ConfigureAwait(false) is { Length: > 0 } said)
        {
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.ClusterFileValue, "containerd does not take its patched configuration")
                {
                    Where = new(node.Plan.Name, Detail: ContainerdPatching.Path),
                    Got = said.Trim(),
                    Hint = "correct containerdConfigPatches by the documentation of the containerd inside",
                }
            );
        }
    }

    private static IReadOnlyList<NodeFile> Patched(PreparedNode node, string configuration, ContainerdPatches patches)
    {
        try
        {
            return ContainerdPatching.Apply(configuration, patches);
        }
        catch (TomlException failure)
        {
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.NodeImageInvalid, "the image's containerd configuration cannot be patched")
                {
                    Where = new(node.Plan.Name, Detail: ContainerdPatching.Path),
                    Got = failure.Message,
                    Hint = "fix the file in the node image's recipe, or leave containerdConfigPatches out",
                },
                failure
            );
        }
    }
}
