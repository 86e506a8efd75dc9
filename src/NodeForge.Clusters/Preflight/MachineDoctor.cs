using NodeForge.Clusters.Configuration;
using NodeForge.Engines;
using NodeForge.Engines.Connecting;

namespace NodeForge.Clusters.Preflight;

/// <summary>Looks at the machine that clusters would run on. Makes nothing, and starts no container.</summary>
/// <param name="discovery">Finds the engine.</param>
/// <param name="host">Whose machine this is: its time, and his proxies.</param>
public sealed class MachineDoctor(EngineDiscovery discovery, HostEnvironment host)
{
    /// <summary>Runs every check; an engine that does not answer is a finding among the others.</summary>
    /// <param name="config">The cluster that is wanted: its nodes, ports and ranges.</param>
    /// <param name="image">The image of nodes that name none; null looks at no image.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<CheckedMachine> ExamineAsync(ClusterConfig config, string? image, CancellationToken cancellationToken) =>
        MachineChecks.Judge(await GatherAsync(config, image, cancellationToken).ConfigureAwait(false));

    private async Task<MachineFacts> GatherAsync(ClusterConfig config, string? image, CancellationToken cancellationToken)
    {
        EngineEndpoint? endpoint = null;
        try
        {
            endpoint = discovery.Find();
            using EngineClient engine = await EngineClient.ConnectAsync(endpoint, cancellationToken).ConfigureAwait(false);
            return await FactGathering.OfAsync(engine, config, image, host, cancellationToken).ConfigureAwait(false);
        }
        catch (NodeForgeException why)
        {
            return FactGathering.WithoutEngine(endpoint, why, config, host);
        }
    }
}
