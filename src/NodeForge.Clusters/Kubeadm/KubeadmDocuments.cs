using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodeForge.Kubernetes;

namespace NodeForge.Clusters;

/// <summary>kubeadm's configuration of one node: JSON documents in a YAML stream.</summary>
internal static class KubeadmDocuments
{
    public const string Path = "/kind/kubeadm.conf";
    public const string RuntimeSocket = "unix:///run/containerd/containerd.sock";

    private const string DualStackGate = "IPv6DualStack";

    // Only nodes of the cluster's own network reach it; kubeadm wants one, and kind's is known to its users.
    private const string Token = "abcdef.0123456789abcdef";

    public static string Of(ClusterPlan plan, NodePlan node, KubernetesVersion version)
    {
        RefuseTooOld(plan, version);
        KubeadmDialect dialect = KubeadmDialect.Of(version);
        JsonObject[] documents =
        [
            Cluster(plan, version, dialect),
            Init(plan, node, dialect),
            Join(plan, node, dialect),
            Kubelet(plan, version),
            Proxy(plan, version),
        ];
        foreach (JsonObject document in documents)
            KubeadmPatching.Apply(document, [plan.Config.Patches, node.Config.Patches]);
        // Workers run a phase of init, see StartWorker; what cluster files change for them stands in the join's document.
        if (node.Role == NodeRole.Worker)
            documents[1]["nodeRegistration"] = documents[2]["nodeRegistration"]?.DeepClone();
        return string.Concat(documents.Select(Text));
    }

    /// <summary>Names and addresses that a cluster file's patches want on a node's certificates: kubeadm refuses one that is there and lacks them.</summary>
    public static CertificateNames NamesOf(ClusterPlan plan, NodePlan node, KubernetesVersion version)
    {
        JsonObject cluster = Cluster(plan, version, KubeadmDialect.Of(version));
        KubeadmPatching.Apply(cluster, [plan.Config.Patches, node.Config.Patches]);
        return NamesIn(cluster);
    }

    /// <param name="cluster">A ClusterConfiguration.</param>
    public static CertificateNames NamesIn(JsonObject cluster)
    {
        JsonNode? etcd = (cluster["etcd"] as JsonObject)?["local"];
        return new(Texts((cluster["apiServer"] as JsonObject)?["certSANs"]), Texts((etcd as JsonObject)?["serverCertSANs"]), Texts((etcd as JsonObject)?["peerCertSANs"]));
    }

    private static string[] Texts(JsonNode? list) => [.. (list as JsonArray ?? []).Select(item => item?.ToString()).OfType<string>()];

    private static JsonObject Cluster(ClusterPlan plan, KubernetesVersion version, KubeadmDialect dialect)
    {
        NetworkingConfig networking = plan.Config.Networking;
        JsonObject apiServer = new() { ["certSANs"] = new JsonArray("localhost", plan.ApiAddress) };
        JsonObject apiServerArguments = [];
        if (plan.Config.RuntimeConfig.Count > 0)
            apiServerArguments["runtime-config"] = string.Join(',', plan.Config.RuntimeConfig.Select(pair => $"{pair.Key}={pair.Value}"));
        string gates = string.Join(',', Gates(plan, version).Select(pair => $"{pair.Key}={(pair.Value ? "true" : "false")}"));
        JsonObject controllerArguments = new() { ["enable-hostpath-provisioner"] = "true" };
        JsonObject schedulerArguments = [];
        // A value for each: a JSON node has one parent.
        foreach (JsonObject arguments in gates.Length > 0 ? [apiServerArguments, controllerArguments, schedulerArguments] : Array.Empty<JsonObject>())
            arguments["feature-gates"] = gates;
        if (networking.Family == IPFamily.IPv6)
        {
            controllerArguments["bind-address"] = "::";
            schedulerArguments["bind-address"] = "::1";
        }

        apiServer["extraArgs"] = dialect.Arguments(apiServerArguments);
        JsonObject cluster = new()
        {
            ["apiVersion"] = dialect.ApiVersion,
            ["kind"] = "ClusterConfiguration",
            ["kubernetesVersion"] = version.ToString(),
            ["clusterName"] = plan.Name,
            ["controlPlaneEndpoint"] = plan.Endpoint,
            ["apiServer"] = apiServer,
            ["controllerManager"] = new JsonObject { ["extraArgs"] = dialect.Arguments(controllerArguments) },
            ["scheduler"] = new JsonObject { ["extraArgs"] = dialect.Arguments(schedulerArguments) },
            ["networking"] = new JsonObject { ["podSubnet"] = networking.PodSubnet, ["serviceSubnet"] = networking.ServiceSubnet },
        };
        // kubeadm has gates of its own, and one of that name among them.
        if (NeedsDualStackGate(plan, version))
            cluster["featureGates"] = new JsonObject { [DualStackGate] = true };
        return cluster;
    }

    // Its kubelet takes one address, and its services know nothing of families.
    private static void RefuseTooOld(ClusterPlan plan, KubernetesVersion version)
    {
        if (plan.Config.Networking.Family != IPFamily.Dual || version.IsAtLeast(1, 20))
            return;
        throw new NodeForgeException(new Diagnostic(ErrorCodes.ClusterFileUnsupported, "the image's Kubernetes is too old for both address families")
        {
            Where = new("networking.ipFamily"),
            Got = version.ToString(),
            Want = "v1.20 or newer",
            Mend = "set ipFamily: ipv4 or ipFamily: ipv6, or take a newer image",
        });
    }

    private static bool NeedsDualStackGate(ClusterPlan plan, KubernetesVersion version) => plan.Config.Networking.Family == IPFamily.Dual && Changes.DualStackGate.HoldsFor(version);

    private static IEnumerable<KeyValuePair<string, bool>> Gates(ClusterPlan plan, KubernetesVersion version) =>
        NeedsDualStackGate(plan, version) && !plan.Config.FeatureGates.ContainsKey(DualStackGate) ? plan.Config.FeatureGates.Append(new(DualStackGate, true)) : plan.Config.FeatureGates;

    /// <summary>A node's addresses as its kubelet takes them: the family of the API server's first.</summary>
    public static string NodeIP(ClusterPlan plan, NodePlan node) => plan.Config.Networking.Family == IPFamily.Dual ? string.Join(',', node.Place.All) : node.Address.ToString();

    private static JsonObject Init(ClusterPlan plan, NodePlan node, KubeadmDialect dialect) => new()
    {
        ["apiVersion"] = dialect.ApiVersion,
        ["kind"] = "InitConfiguration",
        ["bootstrapTokens"] = new JsonArray(new JsonObject { ["token"] = Token }),
        ["localAPIEndpoint"] = LocalEndpoint(node),
        ["nodeRegistration"] = Registration(plan, node, dialect),
    };

    private static JsonObject Join(ClusterPlan plan, NodePlan node, KubeadmDialect dialect)
    {
        JsonObject join = new()
        {
            ["apiVersion"] = dialect.ApiVersion,
            ["kind"] = "JoinConfiguration",
            ["discovery"] = new JsonObject { ["file"] = new JsonObject { ["kubeConfigPath"] = "/etc/kubernetes/admin.conf" } },
            ["nodeRegistration"] = Registration(plan, node, dialect),
        };
        if (node.Role == NodeRole.ControlPlane)
            join["controlPlane"] = new JsonObject { ["localAPIEndpoint"] = LocalEndpoint(node) };
        return join;
    }

    private static JsonObject LocalEndpoint(NodePlan node) =>
        new() { ["advertiseAddress"] = node.Address.ToString(), ["bindPort"] = ClusterPlan.ApiServerPort };

    private static JsonObject Registration(ClusterPlan plan, NodePlan node, KubeadmDialect dialect)
    {
        JsonObject arguments = new()
        {
            ["node-ip"] = NodeIP(plan, node),
            ["provider-id"] = $"kind://docker/{plan.Name}/{node.Name}",
            ["node-labels"] = Text(node.Config.Labels),
        };
        JsonObject registration = new()
        {
            ["name"] = node.Name,
            ["criSocket"] = RuntimeSocket,
            ["kubeletExtraArgs"] = dialect.Arguments(arguments),
        };
        // No workers: pods must run where the control plane does. An absent list would bring kubeadm's own taint.
        if (node.Role == NodeRole.Worker || !plan.HasWorkers)
            registration["taints"] = new JsonArray();
        return registration;
    }

    private static JsonObject Kubelet(ClusterPlan plan, KubernetesVersion version)
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
            ["evictionHard"] = new JsonObject { ["nodefs.available"] = "0%", ["nodefs.inodesFree"] = "0%", ["imagefs.available"] = "0%" },
            // A node's Ready is looked at this often; the default of ten seconds is most of a fast creation.
            ["nodeStatusUpdateFrequency"] = "2s",
            // It would follow the other, and every node would write its unchanged status that often; its lease says that it lives.
            ["nodeStatusReportFrequency"] = "5m0s",
        };
        // kubeadm joins a control plane by what the mirrors of etcd's static pods say. One that could not be made while there was no API server is tried again at the
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

    private static JsonObject Proxy(ClusterPlan plan, KubernetesVersion version)
    {
        JsonObject proxy = new()
        {
            ["apiVersion"] = "kubeproxy.config.k8s.io/v1alpha1",
            ["kind"] = "KubeProxyConfiguration",
            ["mode"] = plan.Config.Networking.KubeProxyMode is "none" ? "iptables" : plan.Config.Networking.KubeProxyMode,
            ["iptables"] = new JsonObject { ["minSyncPeriod"] = "1s" },
            ["conntrack"] = Conntrack(plan, version),
        };
        AddGates(proxy, Gates(plan, version));
        return proxy;
    }

    // The table is the host's; a container may not change its size. With nftables the rule that drops invalid packets would cut connections that
    // the host's conntrack sees one half of.
    private static JsonObject Conntrack(ClusterPlan plan, KubernetesVersion version)
    {
        JsonObject conntrack = new() { ["maxPerCore"] = 0 };
        if (plan.Config.Networking.KubeProxyMode == "nftables" && Changes.TcpBeLiberal.HoldsFor(version))
            conntrack["tcpBeLiberal"] = true;
        return conntrack;
    }

    private static void AddGates(JsonObject document, IEnumerable<KeyValuePair<string, bool>> wanted)
    {
        JsonObject gates = [];
        foreach ((string name, bool on) in wanted)
            gates[name] = on;
        if (gates.Count > 0)
            document["featureGates"] = gates;
    }

    /// <summary>As the kubelet takes labels.</summary>
    public static string Text(IReadOnlyDictionary<string, string> labels) => string.Join(',', labels.Select(label => $"{label.Key}={label.Value}"));

    private static string Text(JsonObject document)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter writer = new(bytes, new JsonWriterOptions { Indented = true }))
            document.WriteTo(writer);
        return $"---\n{Encoding.UTF8.GetString(bytes.ToArray())}\n";
    }
}

/// <summary>What certificates carry beside what every cluster's do; names and addresses mixed, as kubeadm takes them.</summary>
internal sealed record CertificateNames(IReadOnlyList<string> ApiServer, IReadOnlyList<string> EtcdServer, IReadOnlyList<string> EtcdPeer);
