using System.Text.Json.Nodes;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Images;
using NodeForge.Clusters.Kubeadm;
using NodeForge.Clusters.Lifecycle;
using NodeForge.Clusters.Planning;
using NodeForge.Clusters.Upgrading;
using NodeForge.Kubernetes;
using NodeForge.Kubernetes.Kubeadm;
using NodeForge.Oci;
using AddressRange = NodeForge.Clusters.Configuration.AddressRange;

namespace NodeForge.Clusters.Tests;

public sealed class UpgradingByTheRules
{
    private const string Plane = "lab-control-plane";
    private const string Worker = "lab-worker";

    [Theory]
    [InlineData("v1.35.6", "v1.35.6", "v1.35.6", "v1.36.2", null)]
    [InlineData("v1.35.6", "v1.35.6", "v1.35.6", "v1.35.7", null)]
    [InlineData("v1.35.6", "v1.35.6", "v1.35.6", "v1.35.6", null)]
    [InlineData("v1.35.6", "v1.35.6", "v1.33.4", "v1.36.2", null)]
    [InlineData("v1.34.6", "v1.34.6", "v1.34.6", "v1.36.2", "a control plane is upgraded by one minor version at a time")]
    [InlineData("v1.36.2", "v1.36.2", "v1.36.2", "v1.35.6", "2 nodes would go back to an older Kubernetes")]
    // The cluster went over to the next minor; this control plane's container did not come to it.
    [InlineData("v1.36.2", "v1.35.6", "v1.35.6", "v1.36.2", null)]
    [InlineData("v1.36.2", "v1.35.6", "v1.35.6", "v1.35.7", "the cluster's Kubernetes is newer than the new image's")]
    // Three minors behind, and two before 1.28.
    [InlineData("v1.35.6", "v1.35.6", "v1.32.1", "v1.36.2", "the kubelet of lab-worker does not fit the new control plane")]
    [InlineData("v1.26.1", "v1.26.1", "v1.24.1", "v1.27.0", "the kubelet of lab-worker does not fit the new control plane")]
    public void A_cluster_goes_up_by_one_minor_and_never_back(string cluster, string plane, string worker, string image, string? problem) =>
        Assert.Equal(problem, Problems(cluster, plane, worker, image, Plane, Worker).FirstOrDefault()?.What);

    [Theory]
    [InlineData("v1.36.2", "v1.35.6", "v1.36.2", null)]
    [InlineData("v1.36.2", "v1.33.6", "v1.36.0", null)]
    [InlineData("v1.36.2", "v1.34.6", "v1.35.6", null)]
    [InlineData("v1.35.6", "v1.35.6", "v1.36.2", "the new image's kubelet does not fit the control plane's API server")]
    [InlineData("v1.36.2", "v1.36.2", "v1.35.6", "lab-worker would go back to an older Kubernetes")]
    public void A_worker_alone_is_never_newer_than_its_control_plane(string plane, string worker, string image, string? problem)
    {
        Diagnostic? told = Problems(plane, plane, worker, image, Worker).FirstOrDefault();
        Assert.Equal(problem, told?.What);
        if (told is not null)
            Assert.Equal((ErrorCodes.UpgradeSkew, "example/node:new"), (told.Code, told.Where!.Resource));
    }

    [Theory]
    // All nodes; and a control plane whose container did not come to what the cluster is, before a worker that is newer than the image.
    [InlineData("v1.36.2", "v1.36.1", "2 nodes would go back to an older Kubernetes", "v1.34.0 after v1.36.2", "v1.36 or newer")]
    [InlineData("v1.34.0", "v1.35.0", "lab-worker would go back to an older Kubernetes", "v1.34.0 after v1.35.0", "v1.35 or newer")]
    [InlineData("v1.34.0", "v1.33.0", "the cluster's Kubernetes is newer than the new image's", "v1.34.0 after v1.36.2", "v1.36 or newer")]
    public void An_older_image_is_one_mistake(string plane, string worker, string what, string got, string want)
    {
        Diagnostic told = Assert.Single(Problems("v1.36.2", plane, worker, "v1.34.0", Plane, Worker));
        Assert.Equal((what, got, want), (told.What, told.Got, told.Want));
    }

    [Fact]
    public void A_control_plane_alone_leaves_no_other_two_minors_behind()
    {
        VersionedNode[] nodes =
        [
            new(Plane, NodeRole.ControlPlane, V("v1.36.0")),
            new("lab-control-plane2", NodeRole.ControlPlane, V("v1.35.0")),
        ];
        Assert.Contains(
            UpgradeSkew.Problems("i", V("v1.37.0"), V("v1.36.0"), nodes, [Plane]),
            problem => problem.What == "the control plane lab-control-plane2 would be more than one minor version behind"
        );
        Assert.Empty(UpgradeSkew.Problems("i", V("v1.36.2"), V("v1.36.0"), nodes, [Plane]));
    }

    [Fact]
    public void Every_step_from_one_minor_of_the_table_to_the_next_is_allowed()
    {
        for (int minor = Changes.OldestMinor; minor < Changes.NewestMinor; minor++)
            Assert.Empty(Problems($"v1.{minor}.0", $"v1.{minor}.0", $"v1.{minor}.0", $"v1.{minor + 1}.0", Plane, Worker));
    }

    [Theory]
    [InlineData(
        "v1.20.2",
        true,
        NodeRole.ControlPlane,
        null,
        "upgrade apply v1.20.2 --yes --ignore-preflight-errors=all --experimental-patches /kind/kubeadm-patches"
    )]
    [InlineData("v1.36.2", true, NodeRole.ControlPlane, null, "upgrade apply v1.36.2 --yes --ignore-preflight-errors=all")]
    [InlineData(
        "v1.36.2",
        true,
        NodeRole.ControlPlane,
        "/patches",
        "upgrade apply v1.36.2 --yes --ignore-preflight-errors=all --patches /patches"
    )]
    [InlineData(
        "v1.37.0-rc.0",
        true,
        NodeRole.ControlPlane,
        null,
        "upgrade apply v1.37.0-rc.0 --yes --ignore-preflight-errors=all --allow-experimental-upgrades --allow-release-candidate-upgrades"
    )]
    [InlineData(
        "v1.36.2",
        false,
        NodeRole.ControlPlane,
        "/patches",
        "upgrade node --kubeconfig /etc/kubernetes/admin.conf --ignore-preflight-errors=all --patches /patches"
    )]
    [InlineData(
        "v1.21.0",
        false,
        NodeRole.ControlPlane,
        null,
        "upgrade node --kubeconfig /etc/kubernetes/admin.conf --ignore-preflight-errors=all --experimental-patches /kind/kubeadm-patches"
    )]
    [InlineData(
        "v1.21.0",
        false,
        NodeRole.Worker,
        null,
        "upgrade node --kubeconfig /etc/kubernetes/kubelet.conf --ignore-preflight-errors=all"
    )]
    public void Each_node_gets_the_command_of_its_version_and_role(
        string version,
        bool first,
        NodeRole role,
        string? patches,
        string command
    ) => Assert.Equal("kubeadm " + command, string.Join(' ', KubeadmUpgrade.Command("kubeadm", role, V(version), first, patches)));

    [Fact]
    public void The_documents_that_a_node_keeps_follow_in_the_new_versions_dialect()
    {
        KubeadmDocumentSet documents = Documents("v1.35.6", new());
        KubeadmDocumentSet upgraded = KeptConfiguration.Upgraded(documents, V("v1.36.2"));
        JsonObject cluster = upgraded.OfKind("ClusterConfiguration")!;
        Assert.Equal(("kubeadm.k8s.io/v1beta4", "v1.36.2"), ((string?)cluster["apiVersion"], (string?)cluster["kubernetesVersion"]));
        Assert.IsType<JsonArray>(cluster["controllerManager"]!["extraArgs"]);
        Assert.IsType<JsonArray>(upgraded.OfKind("JoinConfiguration")!["nodeRegistration"]!["kubeletExtraArgs"]);
        Assert.Equal("kubelet.config.k8s.io/v1beta1", (string?)upgraded.OfKind("KubeletConfiguration")!["apiVersion"]);
    }

    [Fact]
    public void What_a_nodes_kubelet_has_of_its_own_is_found_again()
    {
        KubeadmDocumentSet first = Documents("v1.36.2", new());
        Assert.Empty(KeptConfiguration.OwnKubelet(Documents("v1.36.2", new()), first));
        JsonObject own = KeptConfiguration.OwnKubelet(
            Documents("v1.36.2", new() { Merges = ["kind: KubeletConfiguration\nmaxPods: 7\nfailSwapOn: null"] }),
            first
        );
        Assert.Equal(
            """{"failSwapOn":null,"maxPods":7}""",
            new JsonObject(
                own.OrderBy(pair => pair.Key).Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone()))
            ).ToJsonString()
        );
    }

    [Fact]
    public void Patches_of_static_pods_are_told_to_kubeadm_again()
    {
        KubeadmDocumentSet documents = Documents("v1.36.2", new() { Merges = ["kind: InitConfiguration\npatches: {directory: /patches}"] });
        Assert.Equal("/patches", KeptConfiguration.PatchesOf(documents, NodeRole.ControlPlane, first: true));
        Assert.Equal("/patches", KeptConfiguration.PatchesOf(documents, NodeRole.ControlPlane, first: false));
        Assert.Null(KeptConfiguration.PatchesOf(documents, NodeRole.Worker, first: false));
        Assert.Null(KeptConfiguration.PatchesOf(Documents("v1.36.2", new()), NodeRole.ControlPlane, first: true));
    }

    [Fact]
    public void Images_that_a_user_loaded_go_along_and_the_old_control_planes_stay_behind()
    {
        NodeStore old = Store(
            "docker.io/library/mine:1",
            "registry.k8s.io/kube-apiserver:v1.35.6",
            "registry.k8s.io/etcd:3.6.6-0",
            "registry.k8s.io/kube-proxy:v1.35.6",
            "registry.k8s.io/pause:3.10.1",
            "sha256:" + new string('7', 64)
        );
        NodeStore image = Store("registry.k8s.io/kube-apiserver:v1.36.2", "registry.k8s.io/pause:3.10.1");
        Assert.Equal(["docker.io/library/mine:1", "registry.k8s.io/kube-proxy:v1.35.6"], CarriedImages.Kept(old, image));
    }

    [Fact]
    public void Folders_of_volumes_that_lie_in_the_node_are_found()
    {
        const string Volumes = """
            {"items":[
              {"spec":{"hostPath":{"path":"/var/local-path-provisioner/a"},"nodeAffinity":{"required":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"kubernetes.io/hostname","operator":"In","values":["lab-worker"]}]}]}}}},
              {"spec":{"local":{"path":"/data/b/"},"nodeAffinity":{"required":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"kubernetes.io/hostname","operator":"In","values":["lab-worker2"]}]}]}}}},
              {"spec":{"hostPath":{"path":"/anywhere"}}},
              {"spec":{"hostPath":{"path":"/mounted/c"}}},
              {"spec":{"nfs":{"path":"/exports"}}}]}
            """;
        Assert.Equal(
            ["/anywhere", "/var/local-path-provisioner/a"],
            KeptFiles.DataFolders(JsonNode.Parse(Volumes), Worker, ["/mounted", "/var/lib/kubelet"])
        );
    }

    [Theory]
    [InlineData("2026-01-02T10:00:09Z", true, "")]
    [InlineData("2026-01-02T09:59:00Z", true, "etcd-lab")]
    [InlineData("2026-01-02T10:00:09Z", false, "etcd-lab")]
    public void A_control_planes_pods_count_once_they_are_Ready_since_its_start(string startedAt, bool ready, string waiting)
    {
        JsonNode? pods = JsonNode.Parse(
            $$$$"""{"items":[{"metadata":{"name":"etcd-lab"},"status":{"containerStatuses":[{"ready":{{{{(ready ? "true" : "false")}}}},"state":{"running":{"startedAt":"{{{{startedAt}}}}"}}}]}}]}"""
        );
        Assert.Equal(waiting, string.Join(' ', StaticPods.WaitingIn(pods, new(2026, 1, 2, 10, 0, 5, TimeSpan.Zero))));
        Assert.Equal(["none seen"], StaticPods.WaitingIn(JsonNode.Parse("""{"items":[]}"""), DateTimeOffset.MinValue.AddDays(1)));
    }

    private static IEnumerable<Diagnostic> Problems(string cluster, string plane, string worker, string image, params string[] upgraded) =>
        UpgradeSkew.Problems(
            "example/node:new",
            V(image),
            V(cluster),
            [new(Plane, NodeRole.ControlPlane, V(plane)), new(Worker, NodeRole.Worker, V(worker))],
            upgraded
        );

    private static KubeadmDocumentSet Documents(string version, KubeadmPatches own)
    {
        ClusterConfig config = new() { Name = "lab", Nodes = [new() { Patches = own }] };
        ClusterPlan plan = ClusterPlan.Of(
            config,
            new("77aa", "nodeforge-lab", AddressRange.Parse("10.201.0.0/24")),
            7000,
            overlaySnapshots: true
        );
        return KubeadmRewriting.Parse(KubeadmDocuments.Of(plan, plan.First, V(version)), "lab");
    }

    private static NodeStore Store(params string[] names) =>
        new(
            new(null!, "id", "lab"),
            Platform.LinuxAmd64,
            "overlayfs",
            new HashSet<Digest>(),
            names.ToDictionary(name => name, name => Digest.Of(System.Text.Encoding.UTF8.GetBytes(name)))
        );

    private static KubernetesVersion V(string text) => KubernetesVersion.Parse(text);
}
