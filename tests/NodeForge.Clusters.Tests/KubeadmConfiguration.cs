using System.Text.Json.Nodes;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Kubeadm;
using NodeForge.Clusters.Lifecycle;
using NodeForge.Clusters.Nodes;
using NodeForge.Clusters.Planning;
using NodeForge.Kubernetes;
using NodeForge.TestSupport.Golden;

namespace NodeForge.Clusters.Tests;

public sealed class KubeadmConfiguration
{
    [Theory]
    [InlineData("v1.20.2", "kubeadm.k8s.io/v1beta2", "cgroupfs")]
    [InlineData("v1.21.14", "kubeadm.k8s.io/v1beta2", "cgroupfs")]
    [InlineData("v1.22.17", "kubeadm.k8s.io/v1beta2", "cgroupfs")]
    [InlineData("v1.23.0", "kubeadm.k8s.io/v1beta3", "cgroupfs")]
    [InlineData("v1.30.1", "kubeadm.k8s.io/v1beta3", "systemd")]
    [InlineData("v1.35.9", "kubeadm.k8s.io/v1beta3", "systemd")]
    [InlineData("v1.36.0-alpha.1", "kubeadm.k8s.io/v1beta4", "systemd")]
    [InlineData("v1.37.0", "kubeadm.k8s.io/v1beta4", "systemd")]
    public void Documents_are_of_the_version_that_kind_writes_for_the_image_s_kubeadm(string version, string apiVersion, string driver)
    {
        IReadOnlyDictionary<string, JsonObject> documents = Documents(new() { Name = "lab" }, version);
        Assert.Equal(apiVersion, (string?)documents["ClusterConfiguration"]["apiVersion"]);
        Assert.Equal(apiVersion, (string?)documents["InitConfiguration"]["apiVersion"]);
        Assert.Equal(driver, (string?)documents["KubeletConfiguration"]["cgroupDriver"]);
        JsonNode arguments = documents["InitConfiguration"]["nodeRegistration"]!["kubeletExtraArgs"]!;
        Assert.Equal(apiVersion.EndsWith("v1beta4", StringComparison.Ordinal), arguments is JsonArray);
    }

    [Fact]
    public void Pods_have_their_turn_often_where_control_planes_have_to_find_each_other_s_etcd()
    {
        Assert.Null(Documents(new ClusterConfig(), "v1.20.2")["KubeletConfiguration"]["syncFrequency"]);
        Assert.Equal(
            "10s",
            (string?)Documents(new ClusterConfig { Nodes = [new(), new()] }, "v1.20.2")["KubeletConfiguration"]["syncFrequency"]
        );
    }

    [Theory]
    [InlineData("v1.19.16", false)]
    [InlineData("v1.20.2", true)]
    [InlineData("v1.21.14", true)]
    [InlineData("v1.22.0", false)] // where the option has another name, and etcd's pod no such request
    public void Etcd_s_pod_asks_for_no_disk_space_of_which_a_kubelet_that_begins_knows_nothing(string version, bool patched)
    {
        KubernetesVersion kubernetes = KubernetesVersion.Parse(version);
        string[] folder = [.. EtcdPatch.FilesFor(kubernetes).Select(file => Path.GetDirectoryName(file.Path)!)];
        Assert.Equal(patched ? ["/kind/kubeadm-patches"] : [], folder);
        Assert.Equal(patched ? ["--experimental-patches", "/kind/kubeadm-patches"] : [], EtcdPatch.ArgumentsFor(kubernetes));
    }

    [Fact]
    public void A_lone_control_plane_takes_pods_and_one_with_workers_does_not()
    {
        Assert.Empty((JsonArray)Documents(new(), "v1.20.2")["InitConfiguration"]["nodeRegistration"]!["taints"]!);
        ClusterConfig withWorker = new() { Nodes = [new(), new() { Role = NodeRole.Worker }] };
        Assert.Null(Documents(withWorker, "v1.20.2")["InitConfiguration"]["nodeRegistration"]!["taints"]);
    }

    // kind takes the taint off once the cluster runs, whatever a patch has made of the registration.
    [Theory]
    [InlineData("nodeRegistration: null", "[]")]
    [InlineData("nodeRegistration: {taints: null, kubeletExtraArgs: null}", "[]")]
    [InlineData("nodeRegistration: {taints: []}", "[]")]
    [InlineData("nodeRegistration: {taints: [{key: a, effect: NoSchedule}]}", """[{"key":"a","effect":"NoSchedule"}]""")]
    public void A_lone_control_plane_takes_pods_unless_the_file_itself_says_otherwise(string patch, string taints)
    {
        foreach (string kind in new[] { "InitConfiguration", "JoinConfiguration" })
        {
            ClusterConfig config = new() { Patches = new() { Merges = [$"kind: {kind}\n{patch}"] } };
            Assert.Equal(taints, Documents(config, "v1.35.0")[kind]["nodeRegistration"]!["taints"]!.ToJsonString());
        }

        ClusterConfig removed = new()
        {
            Patches = new() { JsonPatches = [new("", "", "InitConfiguration", """[{"op":"remove","path":"/nodeRegistration"}]""")] },
        };
        Assert.Empty((JsonArray)Documents(removed, "v1.20.2")["InitConfiguration"]["nodeRegistration"]!["taints"]!);
    }

    [Fact]
    public void A_worker_whose_registration_a_patch_takes_out_has_no_taint_of_a_control_plane()
    {
        ClusterConfig config = new()
        {
            Nodes =
            [
                new(),
                new()
                {
                    Role = NodeRole.Worker,
                    Patches = new() { Merges = ["kind: JoinConfiguration\nnodeRegistration: null"] },
                },
            ],
        };
        ClusterPlan plan = PlanningACluster.Plan(config);
        IReadOnlyDictionary<string, JsonObject> documents = Documents(plan, plan.Nodes[1], "v1.35.0");
        Assert.Equal("""{"taints":[]}""", documents["JoinConfiguration"]["nodeRegistration"]!.ToJsonString());
        Assert.Equal("""{"taints":[]}""", documents["InitConfiguration"]["nodeRegistration"]!.ToJsonString());
    }

    [Theory]
    [InlineData("v1.20.2")]
    [InlineData("v1.36.0")]
    public void Feature_gates_reach_all_that_have_them(string version)
    {
        IReadOnlyDictionary<string, JsonObject> documents = Documents(
            new()
            {
                FeatureGates = new Dictionary<string, bool> { ["TTLAfterFinished"] = true, ["Other"] = false },
            },
            version
        );
        Assert.All(
            new[] { "apiServer", "controllerManager", "scheduler" },
            server =>
                Assert.Contains(
                    "TTLAfterFinished=true,Other=false",
                    documents["ClusterConfiguration"][server]!["extraArgs"]!.ToJsonString(),
                    StringComparison.Ordinal
                )
        );
        Assert.All(
            new[] { "KubeletConfiguration", "KubeProxyConfiguration" },
            kind => Assert.Equal("""{"TTLAfterFinished":true,"Other":false}""", documents[kind]["featureGates"]!.ToJsonString())
        );
    }

    [Fact]
    public void Merge_patches_go_to_the_documents_of_their_kind()
    {
        ClusterConfig config = new()
        {
            Patches = new()
            {
                Merges = ["kind: KubeletConfiguration\nmaxPods: 250\nevictionHard: {nodefs.available: null, memory.available: 1%}\n"],
            },
            Nodes =
            [
                new() { Patches = new() { Merges = ["kind: InitConfiguration\nnodeRegistration: {kubeletExtraArgs: {v: \"4\"}}\n"] } },
            ],
        };
        IReadOnlyDictionary<string, JsonObject> documents = Documents(config, "v1.20.2");
        Assert.Equal(250, (int?)documents["KubeletConfiguration"]["maxPods"]);
        JsonObject eviction = (JsonObject)documents["KubeletConfiguration"]["evictionHard"]!;
        Assert.False(eviction.ContainsKey("nodefs.available"));
        Assert.Equal(("1%", "0%"), ((string?)eviction["memory.available"], (string?)eviction["nodefs.inodesFree"]));
        Assert.Equal("4", (string?)documents["InitConfiguration"]["nodeRegistration"]!["kubeletExtraArgs"]!["v"]);
        Assert.Equal("10.201.0.2", (string?)documents["InitConfiguration"]["nodeRegistration"]!["kubeletExtraArgs"]!["node-ip"]);
    }

    [Fact]
    public void A_worker_registers_as_its_join_document_says()
    {
        ClusterConfig config = new()
        {
            Nodes =
            [
                new(),
                new()
                {
                    Role = NodeRole.Worker,
                    Patches = new() { Merges = ["kind: JoinConfiguration\nnodeRegistration: {kubeletExtraArgs: {max-pods: \"7\"}}\n"] },
                },
            ],
        };
        ClusterPlan plan = PlanningACluster.Plan(config);
        Assert.Equal(
            "7",
            (string?)Documents(plan, plan.Nodes[1], "v1.20.2")["InitConfiguration"]["nodeRegistration"]!["kubeletExtraArgs"]!["max-pods"]
        );
    }

    [Theory]
    [InlineData("""[{"op":"add","path":"/apiServer/certSANs/-","value":"lab.example"}]""", "[\"localhost\",\"127.0.0.1\",\"lab.example\"]")]
    [InlineData("""[{"op":"add","path":"/apiServer/certSANs/0","value":"first"}]""", "[\"first\",\"localhost\",\"127.0.0.1\"]")]
    [InlineData("""[{"op":"remove","path":"/apiServer/certSANs/1"}]""", "[\"localhost\"]")]
    [InlineData("""[{"op":"replace","path":"/apiServer/certSANs/0","value":"x"}]""", "[\"x\",\"127.0.0.1\"]")]
    [InlineData("""[{"op":"move","from":"/apiServer/certSANs/0","path":"/apiServer/certSANs/1"}]""", "[\"127.0.0.1\",\"localhost\"]")]
    [InlineData("""[{"op":"copy","from":"/clusterName","path":"/apiServer/certSANs/-"}]""", "[\"localhost\",\"127.0.0.1\",\"lab\"]")]
    public void JSON_patches_do_what_RFC_6902_says(string patch, string expected)
    {
        ClusterConfig config = new()
        {
            Name = "lab",
            Patches = new() { JsonPatches = [new("kubeadm.k8s.io", "v1beta2", "ClusterConfiguration", patch)] },
        };
        Assert.Equal(expected, Documents(config, "v1.20.2")["ClusterConfiguration"]["apiServer"]!["certSANs"]!.ToJsonString());
    }

    [Theory]
    [InlineData("""[{"op":"remove","path":"/nothing/here"}]""")]
    [InlineData("""[{"op":"test","path":"/clusterName","value":"other"}]""")]
    [InlineData("""[{"op":"destroy","path":"/clusterName"}]""")]
    [InlineData("""[{"op":"add","path":"/apiServer/certSANs/9","value":"x"}]""")]
    public void A_JSON_patch_that_does_not_fit_is_refused(string patch)
    {
        ClusterConfig config = new() { Patches = new() { JsonPatches = [new("", "", "ClusterConfiguration", patch)] } };
        Assert.Equal(
            ErrorCodes.ClusterFileValue,
            Assert.Throws<NodeForgeException>(() => Documents(config, "v1.20.2")).Diagnostics[0].Code
        );
    }

    [Fact]
    public void A_JSON_patch_for_another_version_is_left_out()
    {
        ClusterConfig config = new()
        {
            Patches = new()
            {
                JsonPatches = [new("kubeadm.k8s.io", "v1beta3", "ClusterConfiguration", """[{"op":"remove","path":"/clusterName"}]""")],
            },
        };
        Assert.NotNull(Documents(config, "v1.20.2")["ClusterConfiguration"]["clusterName"]);
    }

    [Theory]
    [InlineData(IPFamily.IPv4, "kubeadm-ipv4.yaml")]
    [InlineData(IPFamily.IPv6, "kubeadm-ipv6.yaml")]
    [InlineData(IPFamily.Dual, "kubeadm-dual.yaml")]
    public void Each_address_family_has_its_documents(IPFamily family, string golden)
    {
        ClusterPlan plan = PlanningACluster.Plan(family);
        string text = KubeadmDocuments.Of(plan, plan.First, KubernetesVersion.Parse("v1.20.2"));
        Assert.Equal(GoldenFile.Expect("tests/NodeForge.Clusters.Tests/Golden/" + golden, text), text);
    }

    [Theory]
    [InlineData(IPFamily.Dual, "v1.20.2", true)]
    [InlineData(IPFamily.Dual, "v1.21.14", false)]
    [InlineData(IPFamily.IPv6, "v1.20.2", false)]
    public void Kubernetes_1_20_has_to_be_told_that_a_cluster_may_have_both_families(IPFamily family, string version, bool told)
    {
        ClusterPlan plan = PlanningACluster.Plan(family);
        Assert.Equal(
            told,
            KubeadmDocuments.Of(plan, plan.First, KubernetesVersion.Parse(version)).Contains("IPv6DualStack", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Kubernetes_before_1_20_is_refused_for_both_families()
    {
        ClusterPlan plan = PlanningACluster.Plan(IPFamily.Dual);
        Diagnostic told = Assert
            .Throws<NodeForgeException>(() => KubeadmDocuments.Of(plan, plan.First, KubernetesVersion.Parse("v1.19.16")))
            .Diagnostics[0];
        Assert.Equal((ErrorCodes.ClusterFileUnsupported, "v1.19.16"), (told.Code, told.Got));
    }

    [Theory]
    [InlineData(IPFamily.IPv6, "fd00:77::9", "fd00:77::9")]
    [InlineData(IPFamily.Dual, "10.201.0.9,fd00:77::9", "10.201.0.9")]
    public void A_node_that_is_added_is_told_its_own_addresses(IPFamily family, string nodeIP, string advertised)
    {
        ClusterPlan plan = PlanningACluster.Plan(family);
        string existing = KubeadmDocuments.Of(plan, plan.First, KubernetesVersion.Parse("v1.20.2"));
        NodePlan added = new("lab-added", new(), plan.Network.Place(plan.Config.Networking, 9), string.Empty);
        JsonObject init = KubeadmRewriting
            .Parse(KubeadmRewriting.Rewrite(KubeadmRewriting.Parse(existing, "lab"), plan, added).Text, "lab")
            .Documents.Single(document => (string?)document["kind"] == "InitConfiguration");
        Assert.Equal(
            (nodeIP, advertised),
            ((string?)init["nodeRegistration"]!["kubeletExtraArgs"]!["node-ip"], (string?)init["localAPIEndpoint"]!["advertiseAddress"])
        );
    }

    private static Dictionary<string, JsonObject> Documents(ClusterConfig config, string version)
    {
        ClusterPlan plan = PlanningACluster.Plan(config);
        return Documents(plan, plan.First, version);
    }

    private static Dictionary<string, JsonObject> Documents(ClusterPlan plan, NodePlan node, string version)
    {
        return KubeadmDocuments
            .Of(plan, node, KubernetesVersion.Parse(version))
            .Split("---\n", StringSplitOptions.RemoveEmptyEntries)
            .Select(text => (JsonObject)JsonNode.Parse(text)!)
            .ToDictionary(document => (string)document["kind"]!);
    }
}
