using System.Globalization;
using System.Text;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Nodes;
using NodeForge.Clusters.Planning;
using NodeForge.Engines;
using NodeForge.Engines.Containers;

namespace NodeForge.Clusters.Creation;

/// <summary>Starts haproxy out of the node image in front of several control planes: no second image has to be carried. Of an air-gapped
/// cluster it is the entrance too, and the one container that is on a second network.</summary>
internal static class CreateBalancer
{
    internal const string Configuration = "/etc/nodeforge/haproxy.cfg";

    public static async Task RunAsync(
        EngineClient engine,
        ClusterPlan plan,
        BalancerPlan balancer,
        string image,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        ContainerSpec spec = new(balancer.Name, image)
        {
            Hostname = balancer.Name,
            Labels = new Dictionary<string, string>
            {
                [ClusterLabels.Cluster] = plan.Name,
                [ClusterLabels.Role] = ClusterLabels.LoadBalancer,
                [ClusterLabels.Owner] = plan.Name,
                [ClusterLabels.Creation] = plan.Creation,
            },
            Entrypoint = ["/usr/sbin/haproxy", "-W", "-db", "-f", Configuration],
            Command = [],
            StopSignal = "SIGTERM", // the image's own is systemd's, of which haproxy knows nothing
            Ports = [new(ClusterPlan.ApiServerPort, plan.ApiPort, plan.ApiAddress)],
            Network = plan.Network.Id,
            Sysctls = NodeContainer.Sysctls(plan),
            IPv4Address = balancer.Place.IPv4,
            IPv6Address = balancer.Place.IPv6,
            RestartPolicy = "on-failure",
            RestartRetries = 1,
        };
        string id = await engine.Containers.CreateAsync(spec, cancellationToken).ConfigureAwait(false);
        if (plan.Network.Entrance is { } entrance)
            await engine.Networks.ConnectAsync(entrance, id, cancellationToken).ConfigureAwait(false);
        ClusterNode container = new(engine, id, balancer.Name);
        await container.PutAsync([NodeFile.Public(Configuration, Text(plan))], clock, cancellationToken).ConfigureAwait(false);
        await container.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    internal static string Text(ClusterPlan plan)
    {
        (string address, string families) = plan.Network.IPv6 is null ? (string.Empty, string.Empty) : ("::", " v4v6");
        StringBuilder text = new();
        text.Append(
            CultureInfo.InvariantCulture,
            $"""
            global
              log stdout format raw daemon
              maxconn 4096
            defaults
              log global
              mode tcp
              timeout connect 2s
              # Watches and kubectl logs -f are silent for long.
              timeout client 1h
              timeout server 1h
            frontend control-planes
              bind {address}:{ClusterPlan.ApiServerPort}{families}
              default_backend api-servers
            backend api-servers
              option httpchk GET /healthz
              http-check expect status 200
              option redispatch
              option allbackups
              retries 3
              # A busy machine answers late; who is gone refuses at once.
              timeout check 10s
              balance leastconn

            """
        );
        foreach (NodePlan node in plan.ControlPlanes)
            text.Append(
                CultureInfo.InvariantCulture,
                $"  server {node.Name} {ClusterPlan.EndpointAt(node.Address)} check check-ssl verify none inter 2s fastinter 500ms downinter 500ms fall 3 rise 1\n"
            );
        // Tried when no server passes its check: turning everybody away would be no better than the worst of them.
        foreach (NodePlan node in plan.ControlPlanes)
            text.Append(CultureInfo.InvariantCulture, $"  server {node.Name}-unchecked {ClusterPlan.EndpointAt(node.Address)} backup\n");
        return text.ToString();
    }
}
