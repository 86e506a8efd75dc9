using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Kubeadm;
using NodeForge.Clusters.Planning;
using NodeForge.Engines;
using NodeForge.Engines.Networks;

namespace NodeForge.Clusters.Creation;

/// <summary>Makes the cluster's network with a range that neither the engine nor this machine uses.</summary>
internal static class CreateNetwork
{
    private const int Attempts = 8;

    public static async Task<ClusterNetwork> RunAsync(
        EngineClient engine,
        ClusterConfig config,
        string creation,
        bool airGapped,
        CancellationToken cancellationToken
    )
    {
        IReadOnlyList<NetworkDetails> networks = await engine.Networks.ListAsync([], cancellationToken).ConfigureAwait(false);
        int attempts = 0;
        foreach ((AddressRange range, AddressRange? ipv6) in ClusterSubnets.Free(config, EffectiveSettings.RangesFor(config), networks))
        {
            try
            {
                string id = await engine
                    .Networks.CreateAsync(Spec(config.Name, range, ipv6, creation) with { Internal = airGapped }, cancellationToken)
                    .ConfigureAwait(false);
                await RefuseSecondAsync(engine, config.Name, id, cancellationToken).ConfigureAwait(false);
                return new(id, ClusterSubnets.NetworkName(config.Name), range, ipv6)
                {
                    Entrance = airGapped
                        ? await EntranceAsync(engine, config.Name, creation, cancellationToken).ConfigureAwait(false)
                        : null,
                };
            }
            catch (NodeForgeException failure) when (failure.Is(ErrorCodes.EngineSubnetTaken) && ++attempts < Attempts)
            {
                // Another creation was quicker, or the range is routed in a way that interfaces do not show.
            }
        }

        throw new NodeForgeException(ClusterSubnets.NoneFree(engine.Endpoint.ToString()));
    }

    // The engine chooses its range: nobody has a fixed address there.
    private static Task<string> EntranceAsync(EngineClient engine, string cluster, string creation, CancellationToken cancellationToken) =>
        engine.Networks.CreateAsync(new(ClusterSubnets.EntranceName(cluster)) { Labels = LabelsOf(cluster, creation) }, cancellationToken);

    // Engines let two networks of one name be made at once, and then call the name ambiguous. The later one gives way; its creation removes
    // it.
    private static async Task RefuseSecondAsync(EngineClient engine, string cluster, string id, CancellationToken cancellationToken)
    {
        IReadOnlyList<NetworkDetails> networks = await engine
            .Networks.ListAsync([$"{ClusterLabels.Owner}={cluster}"], cancellationToken)
            .ConfigureAwait(false);
        NetworkDetails? own = networks.FirstOrDefault(network => network.Id == id);
        if (own is null || !networks.Any(network => network.Name == own.Name && network.Created < own.Created))
            return;
        throw new NodeForgeException(
            new Diagnostic(ErrorCodes.ClusterExists, $"a cluster {cluster} is being made already, from elsewhere")
            {
                Where = new(engine.Endpoint.ToString()),
                Hint = "choose another name, or wait for it",
            }
        );
    }

    private static NetworkSpec Spec(string cluster, AddressRange range, AddressRange? ipv6, string creation) =>
        new(ClusterSubnets.NetworkName(cluster))
        {
            Subnets = ipv6 is null ? [range.ToString()] : [range.ToString(), ipv6.ToString()],
            EnableIPv6 = ipv6 is not null,
            Labels = LabelsOf(cluster, creation),
        };

    private static Dictionary<string, string> LabelsOf(string cluster, string creation) =>
        new() { [ClusterLabels.Owner] = cluster, [ClusterLabels.Creation] = creation };
}
