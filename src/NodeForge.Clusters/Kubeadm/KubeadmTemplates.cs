using System.Text.Json.Nodes;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Planning;
using NodeForge.Kubernetes;
using NodeForge.Kubernetes.Kubeadm;

namespace NodeForge.Clusters.Kubeadm;

/// <summary>kubeadm's documents of one node before any patch.</summary>
/// <remarks>They have what kind 0.33 writes, arguments in its order, so that patches find what they know; what NodeForge does otherwise
/// stands beside it.</remarks>
internal static class KubeadmTemplates
{
    // kind's own: a patch may add to the list, which has to be there then.
    private static readonly string[] SkippedPhases = ["preflight"];

    // Nothing of NodeForge's joins by it. kubeadm makes one all the same, and one that stays for a day where none is named.
    private const string TokenLife = "1m0s";

    private const string DualStackGate = "IPv6DualStack";

    public static JsonObject Cluster(ClusterPlan plan, KubernetesVersion version, KubeadmDialect dialect)
    {
        NetworkingConfig networking = plan.Config.Networking;
        string gates = string.Join(',', Gates(plan, version).Select(pair => $"{pair.Key}={(pair.Value ? "true" : "false")}"));
        KeyValuePair<string, string>[] gated = gates.Length > 0 ? [new("feature-gates", gates)] : [];
        bool isIPv6 = networking.Family == IPFamily.IPv6;
        string runtime = string.Join(
            ',',
            plan.Config.RuntimeConfig.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}")
        );
        JsonObject cluster = new()
        {
            ["apiVersion"] = dialect.ApiVersion,
            ["kind"] = "ClusterConfiguration",
            ["kubernetesVersion"] = version.ToString(),
            ["clusterName"] = plan.Name,
            ["controlPlaneEndpoint"] = plan.Endpoint,
            ["apiServer"] = new JsonObject
            {
                ["certSANs"] = new JsonArray("localhost", plan.ApiAddress),
                ["extraArgs"] = dialect.Arguments([new("runtime-config", runtime), .. gated]),
            },
            ["controllerManager"] = new JsonObject
            {
                ["extraArgs"] = dialect.Arguments([.. gated, new("enable-hostpath-provisioner", "true"), .. Bound(isIPv6, "::")]),
            },
            ["scheduler"] = new JsonObject { ["extraArgs"] = dialect.Arguments([.. gated, .. Bound(isIPv6, "::1")]) },
            ["networking"] = new JsonObject { ["podSubnet"] = networking.PodSubnet, ["serviceSubnet"] = networking.ServiceSubnet },
        };
        // kubeadm has gates of its own, and one of that name among them.
        if (NeedsDualStackGate(plan, version))
            cluster["featureGates"] = new JsonObject { [DualStackGate] = true };
        return cluster;
    }

    private static bool NeedsDualStackGate(ClusterPlan plan, KubernetesVersion version) =>
        plan.Config.Networking.Family == IPFamily.Dual && Changes.DualStackGate.HoldsFor(version);

    private static IEnumerable<KeyValuePair<string, bool>> Gates(ClusterPlan plan, KubernetesVersion version) =>
        NeedsDualStackGate(plan, version) && !plan.Config.FeatureGates.ContainsKey(DualStackGate)
            ? plan.Config.FeatureGates.Append(new(DualStackGate, true))
            : plan.Config.FeatureGates;

    public static JsonObject Init(ClusterPlan plan, NodePlan node, KubeadmDialect dialect)
    {
        JsonObject init = new()
        {
            ["apiVersion"] = dialect.ApiVersion,
            ["kind"] = "InitConfiguration",
            ["localAPIEndpoint"] = LocalEndpoint(node),
            ["nodeRegistration"] = Registration(plan, node, dialect),
        };
        if (plan.BootstrapToken.Length > 0)
            init["bootstrapTokens"] = new JsonArray(new JsonObject { ["token"] = plan.BootstrapToken, ["ttl"] = TokenLife });
        if (dialect.KnowsSkippedPhases)
            init["skipPhases"] = new JsonArray([
                .. SkippedPhases.Concat(HasProxy(plan) ? [] : ["addon/kube-proxy"]).Select(phase => JsonValue.Create(phase)),
            ]);
        return init;
    }

    public static JsonObject Join(ClusterPlan plan, NodePlan node, KubeadmDialect dialect)
    {
        JsonObject join = new()
        {
            ["apiVersion"] = dialect.ApiVersion,
            ["kind"] = "JoinConfiguration",
            ["discovery"] = Discovery(),
            ["nodeRegistration"] = Registration(plan, node, dialect),
        };
        if (node.Role == NodeRole.ControlPlane)
            join["controlPlane"] = new JsonObject { ["localAPIEndpoint"] = LocalEndpoint(node) };
        if (dialect.KnowsSkippedPhases)
            join["skipPhases"] = new JsonArray([.. SkippedPhases.Select(phase => JsonValue.Create(phase))]);
        return join;
    }

    /// <summary>How a joining control plane finds the cluster: by the administrator's own kubeconfig, which it has.</summary>
    public static JsonObject Discovery() => new() { ["file"] = new JsonObject { ["kubeConfigPath"] = "/etc/kubernetes/admin.conf" } };

    public static bool HasProxy(ClusterPlan plan) => plan.Config.Networking.KubeProxyMode != "none";

    private static KeyValuePair<string, string>[] Bound(bool isIPv6, string address) => isIPv6 ? [new("bind-address", address)] : [];

    public static JsonObject LocalEndpoint(NodePlan node) =>
        new() { ["advertiseAddress"] = node.Address.ToString(), ["bindPort"] = ClusterPlan.ApiServerPort };

    private static JsonObject Registration(ClusterPlan plan, NodePlan node, KubeadmDialect dialect)
    {
        return new()
        {
            ["name"] = node.Name,
            ["criSocket"] = KubeadmFiles.RuntimeSocket,
            ["kubeletExtraArgs"] = dialect.Arguments(KubeadmDocuments.OwnArguments(plan, node)),
        };
    }

    public static JsonObject Kubelet(ClusterPlan plan, KubernetesVersion version)
    {
        JsonObject kubelet = new()
        {
            ["apiVersion"] = "kubelet.config.k8s.io/v1beta1",
            ["kind"] = "KubeletConfiguration",
            // What node images give containerd for that version.
            ["cgroupDriver"] = Changes.SystemdCgroupDriver.HoldsFor(version) ? "systemd" : "cgroupfs",
            ["cgroupRoot"] = "/kubelet",
            ["failSwapOn"] = false,
            // The disk is the host's: its other uses must not drive pods out of the node.
            ["imageGCHighThresholdPercent"] = 100,
            ["evictionHard"] = new JsonObject
            {
                ["nodefs.available"] = "0%",
                ["nodefs.inodesFree"] = "0%",
                ["imagefs.available"] = "0%",
            },
            // A node's Ready is looked at this often; the default of ten seconds is most of a fast creation.
            ["nodeStatusUpdateFrequency"] = "2s",
            // It would follow the other, and every node would write its unchanged status that often; its lease says that it lives.
            ["nodeStatusReportFrequency"] = "5m0s",
        };
        // kubeadm joins a control plane by what the mirrors of etcd's static pods say. One that could not be made while there was no API
        // server is tried again at the
        // pod's next turn, which comes after a minute by default.
        if (plan.ControlPlanes.Skip(1).Any())
            kubelet["syncFrequency"] = "10s";
        // The host has no other: its user was warned by KubernetesCheck.
        if (plan.CgroupVersion == 1 && Changes.FailsOnCgroupV1.HoldsFor(version))
            kubelet["failCgroupV1"] = false;
        if (plan.Config.Networking.Family == IPFamily.IPv6)
        {
            kubelet["address"] = "::";
            kubelet["healthzBindAddress"] = "::";
        }

        AddGates(kubelet, Gates(plan, version));
        return kubelet;
    }

    public static JsonObject Proxy(ClusterPlan plan, KubernetesVersion version)
    {
        JsonObject proxy = new()
        {
            ["apiVersion"] = "kubeproxy.config.k8s.io/v1alpha1",
            ["kind"] = "KubeProxyConfiguration",
            ["mode"] = plan.Config.Networking.KubeProxyMode,
            ["iptables"] = new JsonObject { ["minSyncPeriod"] = "1s" },
            // The table is the host's; a container may not change its size.
            ["conntrack"] = new JsonObject { ["maxPerCore"] = 0 },
        };
        // kubernetes#117924: kernels before 6.1 drop packets of nftables' connections that they take for out of window.
        if (plan.Config.Networking.KubeProxyMode == "nftables" && Changes.TcpBeLiberal.HoldsFor(version))
            proxy["conntrack"]!["tcpBeLiberal"] = true;
        AddGates(proxy, Gates(plan, version));
        return proxy;
    }

    private static void AddGates(JsonObject document, IEnumerable<KeyValuePair<string, bool>> wanted)
    {
        JsonObject gates = [];
        foreach ((string name, bool on) in wanted)
            gates[name] = on;
        if (gates.Count > 0)
            document["featureGates"] = gates;
    }
}
