using System.Security.Cryptography;
using NodeForge.Clusters.Attempts;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Creation;
using NodeForge.Clusters.Nodes;
using NodeForge.Engines;
using NodeForge.Engines.Containers;
using NodeForge.Kubernetes.Booted;

namespace NodeForge.Clusters.Trials;

/// <summary>Makes a cluster of one node where there is no network but its own, asks what came of it, and removes it whatever
/// happens.</summary>
/// <param name="engine">On this machine: nobody reaches into a network without a way out from elsewhere.</param>
/// <param name="provisioner">Makes and removes the cluster.</param>
/// <param name="leases">Say that the trial goes on.</param>
internal sealed class NodeTrial(EngineClient engine, ClusterProvisioner provisioner, TrialLeases leases)
{
    // Of the pods that come after the nodes are Ready: storage, DNS.
    private static readonly TimeSpan PodsAtMost = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500);

    /// <param name="image">That the engine has.</param>
    /// <param name="how">Of a creation; that it is isolated goes without saying.</param>
    /// <param name="cancellationToken">Ends it; the cluster goes all the same.</param>
    /// <returns>With its failures where the cluster does not come up; the node's diagnostics were saved.</returns>
    /// <exception cref="NodeForgeException">What is wrong with the machine or the engine, and says nothing of the image.</exception>
    public async Task<BootedNode> RunAsync(string image, CreateOptions how, CancellationToken cancellationToken)
    {
        RefuseElsewhere();
        string name = "nf-trial-" + RandomNumberGenerator.GetHexString(6, lowercase: true);
        string kubeconfig = leases.KubeconfigOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(kubeconfig)!);
        ClusterConfig config = new() { Name = name };
        string node = ClusterNameText.NodeName(name, ClusterLabels.ControlPlane, 1);
        BootedNode told = new(node, "");
        CreateOptions options = how with
        {
            AirGapped = true,
            NoKubernetes = false,
            Retain = false,
            Kubeconfig = kubeconfig,
            WhenFailed = async stop => told = await HearAsync(told, stop).ConfigureAwait(false),
        };
        await leases.SweepAsync(cancellationToken).ConfigureAwait(false);
        using CreationJournal lease = leases.Take(name, image);
        try
        {
            await provisioner.CreateAsync(config, image, options, cancellationToken).ConfigureAwait(false);
            return await HearAsync(await AskAsync(new(engine, node, node), cancellationToken).ConfigureAwait(false), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (NodeForgeException failure) when (failure.Diagnostics.All(static problem => problem.Code.ExitCode == ExitCode.Cluster))
        {
            return told with { Failures = failure.Diagnostics };
        }
        finally
        {
            await leases.EndAsync(lease, name, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task<BootedNode> HearAsync(BootedNode node, CancellationToken cancellationToken)
    {
        try
        {
            (bool heard, IReadOnlyList<SentPackets> sent) = await AttemptReading
                .OfNodeAsync(new(engine, node.Name, node.Name), cancellationToken)
                .ConfigureAwait(false);
            return node with { IsHeard = heard, Sent = sent };
        }
        catch (NodeForgeException)
        {
            return node; // A node that was never made; that nobody heard it is told of it.
        }
    }

    // Until all pods are well, or one will not be.
    private static async Task<BootedNode> AskAsync(ClusterNode node, CancellationToken cancellationToken)
    {
        BootedNode told = new(node.Name, "");
        await Polling
            .UntilAsync(
                Every,
                PodsAtMost,
                async () =>
                {
                    ProgramOutcome outcome = await node.TryRunAsync(NodeQuestions.Command, null, cancellationToken).ConfigureAwait(false);
                    told = NodeQuestions.Read(node.Name, outcome.Output);
                    return told.SystemState is not ("starting" or "initializing")
                        && (
                            (told.Unsettled.Count == 0 && told.Pods.Count > 0 && told.Pods.All(static pod => pod.IsWell))
                            || told.Pods.Any(static pod => pod.LacksImage)
                        );
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        return told;
    }

    private void RefuseElsewhere()
    {
        if (engine.Endpoint.SocketPath is null)
        {
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.TrialEngineElsewhere, "an image is tried on an engine of this machine alone")
                {
                    Where = new(engine.Endpoint.ToString()),
                    Want = "an engine behind a socket of this machine",
                    Hint = ErrorCodes.TrialEngineElsewhere.Remedy,
                }
            );
        }
    }
}
