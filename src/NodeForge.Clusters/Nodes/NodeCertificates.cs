using System.Net;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Kubeadm;
using NodeForge.Clusters.Planning;
using NodeForge.Kubernetes.Certificates;
using NodeForge.Kubernetes.Kubeconfigs;

namespace NodeForge.Clusters.Nodes;

/// <summary>The files under /etc/kubernetes and /var/lib/kubelet/pki that kubeadm would make in a node, made beforehand.</summary>
/// <remarks>Layout and subjects: Kubernetes documentation, "PKI certificates and requirements". kubeadm checks and takes what it
/// finds.</remarks>
internal static class NodeCertificates
{
    private const string Folder = FixedParts.Certificates + "/";

    public static IEnumerable<NodeFile> Of(ClusterPlan plan, NodePlan node, EffectiveSettings settings, ClusterAuthorities authorities) =>
        [
            .. Kubelet(plan, node, settings, authorities),
            .. node.Role == NodeRole.ControlPlane ? ControlPlane(plan, node, settings, authorities) : [],
            .. settings.CertificatesFolder == FixedParts.Certificates
                ? Array.Empty<NodeFile>()
                : [NodeFile.Link(settings.CertificatesFolder, FixedParts.Certificates)],
        ];

    private static IEnumerable<NodeFile> Kubelet(
        ClusterPlan plan,
        NodePlan node,
        EffectiveSettings settings,
        ClusterAuthorities authorities
    )
    {
        TimeProvider clock = authorities.Clock;
        KeyPair client = authorities.Cluster.Client($"system:node:{node.Name}", clock, "system:nodes");
        KeyPair serving = authorities.Cluster.Server($"system:node:{node.Name}", [node.Name], node.Place.All, clock, "system:nodes");
        // The name that the kubelet rotates: with it in place kubeadm need not rewrite the kubeconfig and restart the kubelet.
        const string Current = "/var/lib/kubelet/pki/kubelet-client-current.pem";
        yield return NodeFile.Secret("/var/lib/kubelet/pki/kubelet-client-first.pem", client.Certificate + client.Key);
        yield return NodeFile.Link(Current, "/var/lib/kubelet/pki/kubelet-client-first.pem");
        yield return NodeFile.Public("/var/lib/kubelet/pki/kubelet.crt", serving.Certificate);
        yield return NodeFile.Secret("/var/lib/kubelet/pki/kubelet.key", serving.Key);
        if (node.Role == NodeRole.Worker)
            yield return NodeFile.Public(Folder + "worker-ca.crt", authorities.Cluster.Pair.Certificate);
        // Others join through the balancer first: see NodeKubeadm.JoinAsync.
        string server = "https://" + (node == plan.First ? ClusterPlan.EndpointAt(node.Address) : plan.Endpoint);
        yield return NodeFile.Secret(
            "/etc/kubernetes/kubelet.conf",
            Kubeconfig.Document(settings.ClusterName, server, authorities.Cluster.Pair.Certificate, $"system:node:{node.Name}", Current)
        );
    }

    private static IEnumerable<NodeFile> ControlPlane(
        ClusterPlan plan,
        NodePlan node,
        EffectiveSettings settings,
        ClusterAuthorities authorities
    )
    {
        TimeProvider clock = authorities.Clock;
        string local = "https://" + ClusterPlan.EndpointAt(node.Address);
        IPAddress[] etcdAddresses = [.. node.Place.All, IPAddress.Loopback, IPAddress.IPv6Loopback];
        string[] etcdNames = [node.Name, "localhost"];
        return
        [
            .. Pair("ca", authorities.Cluster.Pair),
            .. Pair("etcd/ca", authorities.Etcd.Pair),
            .. Pair("front-proxy-ca", authorities.FrontProxy.Pair),
            .. Pair(
                "apiserver",
                authorities.Cluster.Server(
                    "kube-apiserver",
                    [.. ApiNames(plan, node, settings), .. Names(ApiPatched(settings))],
                    [.. ApiAddresses(plan, node, settings), .. Addresses(ApiPatched(settings))],
                    clock
                )
            ),
            .. Pair("apiserver-kubelet-client", authorities.Cluster.Client("kube-apiserver-kubelet-client", clock, "system:masters")),
            .. Pair("front-proxy-client", authorities.FrontProxy.Client("front-proxy-client", clock)),
            .. Pair(
                "etcd/server",
                authorities.Etcd.Server(
                    node.Name,
                    [.. etcdNames, .. Names(settings.EtcdServerNames)],
                    [.. etcdAddresses, .. Addresses(settings.EtcdServerNames)],
                    clock
                )
            ),
            .. Pair(
                "etcd/peer",
                authorities.Etcd.Server(
                    node.Name,
                    [.. etcdNames, .. Names(settings.EtcdPeerNames)],
                    [.. etcdAddresses, .. Addresses(settings.EtcdPeerNames)],
                    clock
                )
            ),
            .. Pair("etcd/healthcheck-client", authorities.Etcd.Client("kube-etcd-healthcheck-client", clock, "system:masters")),
            .. Pair("apiserver-etcd-client", authorities.Etcd.Client("kube-apiserver-etcd-client", clock, "system:masters")),
            NodeFile.Public(Folder + "sa.pub", authorities.ServiceAccounts.Certificate),
            NodeFile.Secret(Folder + "sa.key", authorities.ServiceAccounts.Key),
            Conf(settings, authorities, "admin", "https://" + plan.Endpoint, "kubernetes-admin", authorities.Administrator()),
            Conf(settings, authorities, "super-admin", "https://" + plan.Endpoint, "kubernetes-super-admin", authorities.Administrator()),
            Conf(
                settings,
                authorities,
                "controller-manager",
                local,
                "system:kube-controller-manager",
                authorities.Cluster.Client("system:kube-controller-manager", clock)
            ),
            Conf(
                settings,
                authorities,
                "scheduler",
                local,
                "system:kube-scheduler",
                authorities.Cluster.Client("system:kube-scheduler", clock)
            ),
        ];
    }

    private static IEnumerable<string> ApiPatched(EffectiveSettings settings) =>
        settings.EndpointHost is { } host ? settings.ApiServerNames.Append(host) : settings.ApiServerNames;

    private static IEnumerable<string> Names(IEnumerable<string> mixed) => mixed.Where(name => !IPAddress.TryParse(name, out _));

    private static IEnumerable<IPAddress> Addresses(IEnumerable<string> mixed) => mixed.Except(Names(mixed)).Select(IPAddress.Parse);

    private static NodeFile Conf(
        EffectiveSettings settings,
        ClusterAuthorities authorities,
        string name,
        string server,
        string user,
        KeyPair client
    ) =>
        NodeFile.Secret(
            $"/etc/kubernetes/{name}.conf",
            Kubeconfig.Document(settings.ClusterName, server, authorities.Cluster.Pair.Certificate, user, client)
        );

    private static IEnumerable<NodeFile> Pair(string name, KeyPair pair) =>
        [NodeFile.Public($"{Folder}{name}.crt", pair.Certificate), NodeFile.Secret($"{Folder}{name}.key", pair.Key)];

    private static IEnumerable<string> ApiNames(ClusterPlan plan, NodePlan node, EffectiveSettings settings) =>
        [
            node.Name,
            "kubernetes",
            "kubernetes.default",
            "kubernetes.default.svc",
            $"kubernetes.default.svc.{settings.DnsDomain}",
            "localhost",
            .. plan.Balancer is { } balancer ? [balancer.Name] : Array.Empty<string>(),
        ];

    private static IEnumerable<IPAddress> ApiAddresses(ClusterPlan plan, NodePlan node, EffectiveSettings settings)
    {
        IEnumerable<IPAddress> fixedOnes = [settings.ServiceAddress, .. node.Place.All, IPAddress.Loopback, IPAddress.IPv6Loopback];
        IEnumerable<IPAddress> balancer = plan.Balancer is { } known ? known.Place.All : [];
        return
        [
            .. fixedOnes,
            .. balancer,
            .. IPAddress.TryParse(plan.ApiAddress, out IPAddress? published) ? [published] : Array.Empty<IPAddress>(),
        ];
    }
}
