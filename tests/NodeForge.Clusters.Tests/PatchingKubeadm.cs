using System.Text.Json.Nodes;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Kubeadm;
using NodeForge.Clusters.Lifecycle;
using NodeForge.Clusters.Planning;
using NodeForge.Kubernetes;
using NodeForge.Kubernetes.Kubeadm;

namespace NodeForge.Clusters.Tests;

/// <summary>What kind 0.33 makes of a cluster file's patches, in each version of kubeadm's documents.</summary>
public sealed class PatchingKubeadm
{
    private const string Own = "node-ip=10.201.0.2 provider-id=kind://docker/lab/lab-control-plane node-labels=";

    [Theory]
    [InlineData("v1.22.17", "{v: '4'}", Own + " v=4")]
    [InlineData("v1.35.0", "{v: '4'}", Own + " v=4")]
    [InlineData("v1.36.0", "{v: '4'}", Own + " v=4")]
    [InlineData("v1.20.2", "[{name: v, value: '4'}]", Own + " v=4")]
    [InlineData("v1.35.0", "[{name: v, value: '4'}]", Own + " v=4")]
    [InlineData("v1.36.0", "[{name: v, value: '4'}]", Own + " v=4")]
    [InlineData(
        "v1.36.0",
        "{node-labels: ingress-ready=true}",
        "node-ip=10.201.0.2 provider-id=kind://docker/lab/lab-control-plane node-labels=ingress-ready=true"
    )]
    [InlineData("v1.35.0", "{node-labels: null}", "node-ip=10.201.0.2 provider-id=kind://docker/lab/lab-control-plane")]
    [InlineData("v1.36.0", "[{name: node-labels, value: null}]", "node-ip=10.201.0.2 provider-id=kind://docker/lab/lab-control-plane")]
    [InlineData("v1.36.0", "[{name: v, value: '1'}, {name: v, value: '2'}]", Own + " v=1 v=2")]
    [InlineData("v1.35.0", "[{name: v, value: '1'}, {name: v, value: '2'}]", Own + " v=2")]
    public void Arguments_are_merged_by_name_whatever_form_the_patch_has(string version, string arguments, string expected)
    {
        JsonObject init = Documents(Merging($"kind: InitConfiguration\nnodeRegistration: {{kubeletExtraArgs: {arguments}}}"), version)[
            "InitConfiguration"
        ];
        Assert.Equal(expected, Arguments(init["nodeRegistration"]!["kubeletExtraArgs"]!, asLists: version == "v1.36.0"));
    }

    [Theory]
    [InlineData("v1.35.0")]
    [InlineData("v1.36.0")]
    public void Arguments_of_the_servers_keep_what_NodeForge_asks_of_them(string version)
    {
        ClusterConfig config = Merging(
            "kind: ClusterConfiguration\ncontrollerManager: {extraArgs: {v: '2'}}\nscheduler: {extraArgs: [{name: v, value: '3'}]}"
        ) with
        {
            FeatureGates = new Dictionary<string, bool> { ["A"] = true },
        };
        JsonObject cluster = Documents(config, version)["ClusterConfiguration"];
        Assert.Equal(
            "feature-gates=A=true enable-hostpath-provisioner=true v=2",
            Arguments(cluster["controllerManager"]!["extraArgs"]!, version == "v1.36.0")
        );
        Assert.Equal("feature-gates=A=true v=3", Arguments(cluster["scheduler"]!["extraArgs"]!, version == "v1.36.0"));
    }

    [Theory]
    [InlineData("{certSANs: [lab.example, localhost]}", "localhost 127.0.0.1 lab.example")]
    [InlineData("{certSANs: null}", "localhost 127.0.0.1")]
    [InlineData("null", "")]
    public void Names_on_the_certificate_are_joined(string apiServer, string expected)
    {
        JsonObject cluster = Documents(Merging($"kind: ClusterConfiguration\napiServer: {apiServer}"), "v1.35.0")["ClusterConfiguration"];
        Assert.Equal(expected, string.Join(' ', (cluster["apiServer"]?["certSANs"] as JsonArray ?? []).Select(name => (string?)name)));
    }

    [Theory]
    [InlineData("v1.22.17", "2")]
    [InlineData("v1.35.0", "3")]
    [InlineData("v1.36.0", "4")]
    public void A_patch_that_names_a_version_is_for_that_version_alone(string version, string expected)
    {
        ClusterConfig config = Merging([
            .. Enumerable
                .Range(2, 3)
                .Select(beta =>
                    $"apiVersion: kubeadm.k8s.io/v1beta{beta}\nkind: ClusterConfiguration\napiServer:\n  extraArgs: {(beta == 4 ? "[{name: v, value: '4'}]" : $"{{v: '{beta}'}}")}"
                ),
        ]);
        Assert.Equal(
            "runtime-config= v=" + expected,
            Arguments(Documents(config, version)["ClusterConfiguration"]["apiServer"]!["extraArgs"]!, version == "v1.36.0")
        );
        Assert.Empty(Unmatched(config, version));
    }

    [Fact]
    public void Each_document_of_a_patch_is_a_patch_and_an_empty_one_is_none()
    {
        ClusterConfig config = Merging(
            "---\nkind: KubeletConfiguration\nmaxPods: 77\n---\n# nothing yet\n---\nkind: KubeProxyConfiguration\nmetricsBindAddress: 0.0.0.0:10249\n---\n",
            "# nothing in this one yet\n",
            ""
        );
        IReadOnlyDictionary<string, JsonObject> documents = Documents(config, "v1.20.2");
        Assert.Equal(
            (77, "0.0.0.0:10249"),
            ((int?)documents["KubeletConfiguration"]["maxPods"], (string?)documents["KubeProxyConfiguration"]["metricsBindAddress"])
        );
        Assert.Empty(Unmatched(config, "v1.20.2"));
    }

    [Fact]
    public void The_name_by_which_old_patches_find_kind_s_documents_is_not_kubeadm_s()
    {
        Assert.Null(
            Documents(Merging("kind: ClusterConfiguration\nmetadata: {name: config}\nclusterName: x"), "v1.20.2")["ClusterConfiguration"][
                "metadata"
            ]
        );
    }

    [Fact]
    public void The_cluster_s_patches_go_before_the_node_s_and_merges_before_operations()
    {
        ClusterConfig config = Merging("kind: ClusterConfiguration\nclusterName: a") with
        {
            Nodes = [new() { Patches = new() { Merges = ["kind: ClusterConfiguration\nclusterName: c"] } }],
        };
        config = config with
        {
            Patches = config.Patches with
            {
                JsonPatches =
                [
                    new(
                        "kubeadm.k8s.io",
                        "v1beta2",
                        "ClusterConfiguration",
                        """[{"op":"test","path":"/clusterName","value":"a"},{"op":"replace","path":"/clusterName","value":"b"}]"""
                    ),
                ],
            },
        };
        Assert.Equal("c", (string?)Documents(config, "v1.20.2")["ClusterConfiguration"]["clusterName"]);
    }

    [Fact]
    public void YAML_is_read_as_kubeadm_reads_it()
    {
        ClusterConfig config = Merging(
            "kind: KubeletConfiguration\n.a: &a {x: 0o17, w: 017, z: 0x1f}\nb:\n  <<: *a\n  x: 1_000\nc: yes\nd: off\ne: \"yes\"\nf: 1e3\ng: 08.5\nh: 2001-01-01\n1: i\n"
        );
        JsonObject kubelet = Documents(config, "v1.20.2")["KubeletConfiguration"];
        Assert.Equal("""{"x":1000,"w":15,"z":31}""", kubelet["b"]!.ToJsonString());
        Assert.Equal(
            """[true,false,"yes",1000,8.5,"2001-01-01","i"]""",
            new JsonArray([.. "cdefgh1".Select(key => kubelet[key.ToString()]!.DeepClone())]).ToJsonString()
        );
    }

    [Theory]
    [InlineData("kind: ClusterConfigration\napiServer: {}", "ClusterConfigration", "did you mean ClusterConfiguration?")]
    [InlineData("kind: ConfigMap\ndata: {}", "ConfigMap", null)]
    [InlineData("kind: ClusterConfiguration\napiVersion: kubeadm.k8s.io/v1beta4", "ClusterConfiguration of kubeadm.k8s.io/v1beta4", null)]
    public void A_patch_that_changes_nothing_is_told(string patch, string got, string? hint)
    {
        Diagnostic told = Assert.Single(Unmatched(Merging(patch), "v1.35.0"));
        Assert.Equal((ErrorCodes.KubeadmPatchUnused, Severity.Warning, got, hint), (told.Code, told.Severity, told.Got, told.Hint));
    }

    [Fact]
    public void A_JSON_patch_that_changes_nothing_is_told_with_what_would_fit()
    {
        ClusterConfig config = new() { Patches = new() { JsonPatches = [new("kubeadm.k8s.io", "v1beta3", "ClusterConfiguration", "[]")] } };
        Assert.Equal("apiVersion: kubeadm.k8s.io/v1beta4, or none", Assert.Single(Unmatched(config, "v1.36.0")).Want);
        Assert.Empty(Unmatched(config, "v1.35.0"));
    }

    [Fact]
    public void A_worker_s_patch_of_the_cluster_s_document_is_told_and_of_its_own_kubelet_is_in_effect()
    {
        ClusterConfig config = new()
        {
            Nodes =
            [
                new(),
                new()
                {
                    Role = NodeRole.Worker,
                    Patches = new()
                    {
                        Merges = ["kind: ClusterConfiguration\nclusterName: x", "kind: KubeletConfiguration\npodPidsLimit: 2048"],
                    },
                },
            ],
        };
        ClusterPlan plan = PlanningACluster.Plan(config);
        KubernetesVersion version = KubernetesVersion.Parse("v1.35.0");
        Assert.Equal("ClusterConfiguration", Assert.Single(KubeadmDocuments.Unmatched(plan, plan.Nodes[1], version)).Got);
        Assert.Empty(KubeadmDocuments.Unmatched(plan, plan.First, version));
        Assert.Equal(2048, (int?)Documents(plan, plan.Nodes[1], "v1.35.0")["KubeletConfiguration"]["podPidsLimit"]);
        Assert.Equal(plan.Name, (string?)Documents(plan, plan.Nodes[1], "v1.35.0")["ClusterConfiguration"]["clusterName"]);
    }

    [Fact]
    public void Every_node_has_the_first_control_plane_s_cluster_and_kubelet_as_a_join_gives_them()
    {
        ClusterConfig config = new()
        {
            Nodes =
            [
                new()
                {
                    Patches = new()
                    {
                        Merges =
                        [
                            "kind: ClusterConfiguration\nnetworking: {serviceSubnet: 10.11.0.0/16}",
                            "kind: KubeletConfiguration\nmaxPods: 7",
                        ],
                    },
                },
                new() { Role = NodeRole.Worker },
            ],
        };
        ClusterPlan plan = PlanningACluster.Plan(config);
        IReadOnlyDictionary<string, JsonObject> documents = Documents(plan, plan.Nodes[1], "v1.35.0");
        Assert.Equal(
            ("10.11.0.0/16", 7),
            ((string?)documents["ClusterConfiguration"]["networking"]!["serviceSubnet"], (int?)documents["KubeletConfiguration"]["maxPods"])
        );
    }

    [Theory]
    [InlineData("v1.22.17", "skipPhases: [addon/coredns]", "addon/coredns")]
    [InlineData("v1.35.0", "skipPhases: [addon/coredns]", "addon/coredns")]
    [InlineData("v1.35.0", "clusterName: x", "preflight")]
    public void Phases_that_a_patch_leaves_out_are_known_and_stand_where_the_version_has_a_place_for_them(
        string version,
        string patch,
        string expected
    )
    {
        ClusterPlan plan = PlanningACluster.Plan(Merging("kind: InitConfiguration\n" + patch));
        Assert.Equal([expected], KubeadmDocuments.SkippedPhases(plan, plan.First, KubernetesVersion.Parse(version)));
        Assert.Equal(version != "v1.22.17", Documents(plan, plan.First, version)["InitConfiguration"].ContainsKey("skipPhases"));
    }

    [Fact]
    public void An_operation_can_add_to_the_phases_that_kind_leaves_out()
    {
        ClusterConfig config = new()
        {
            Networking = new() { KubeProxyMode = "none" },
            Patches = new()
            {
                JsonPatches =
                [
                    new(
                        "kubeadm.k8s.io",
                        "v1beta3",
                        "InitConfiguration",
                        """[{"op":"add","path":"/skipPhases/-","value":"addon/coredns"}]"""
                    ),
                ],
            },
        };
        ClusterPlan plan = PlanningACluster.Plan(config);
        Assert.Equal(
            ["preflight", "addon/kube-proxy", "addon/coredns"],
            KubeadmDocuments.SkippedPhases(plan, plan.First, KubernetesVersion.Parse("v1.35.0"))
        );
        Assert.False(Documents(config, "v1.35.0").ContainsKey("KubeProxyConfiguration"));
    }

    [Theory]
    [InlineData("v1.20.2")]
    [InlineData("v1.36.0")]
    public void A_worker_has_what_a_join_gives_it_and_one_that_is_added_like_it_too(string version)
    {
        const string join =
            "kind: JoinConfiguration\nnodeRegistration:\n  taints: [{key: class, value: limited, effect: NoSchedule}, {key: alone, effect: NoExecute}]\n  ignorePreflightErrors: [Swap]\n  kubeletExtraArgs: {max-pods: '33'}";
        ClusterConfig config = new()
        {
            Name = "lab",
            Nodes =
            [
                new(),
                new()
                {
                    Role = NodeRole.Worker,
                    Labels = new Dictionary<string, string> { ["class"] = "limited" },
                    Patches = new() { Merges = [join] },
                },
            ],
        };
        ClusterPlan plan = PlanningACluster.Plan(config);
        string text = KubeadmDocuments.Of(plan, plan.Nodes[1], KubernetesVersion.Parse(version));
        const string expected =
            "node-ip=10.201.0.{0} provider-id=kind://docker/lab/{1} node-labels=class=limited max-pods=33 register-with-taints=class=limited:NoSchedule,alone:NoExecute";
        JsonNode made = Documents(text)["InitConfiguration"]["nodeRegistration"]!;
        Assert.Equal(string.Format(null, expected, 3, "lab-worker"), Arguments(made["kubeletExtraArgs"]!, version == "v1.36.0"));
        Assert.Equal("Swap", (string?)made["ignorePreflightErrors"]![0]);

        NodePlan added = plan.Nodes[1] with { Name = "lab-worker2", Place = new(System.Net.IPAddress.Parse("10.201.0.9")) };
        JsonNode later = Documents(KubeadmRewriting.Rewrite(KubeadmRewriting.Parse(text, "lab"), plan, added).Text)["InitConfiguration"][
            "nodeRegistration"
        ]!;
        Assert.Equal(string.Format(null, expected, 9, "lab-worker2"), Arguments(later["kubeletExtraArgs"]!, version == "v1.36.0"));
        Assert.Equal(2, later["taints"]!.AsArray().Count);

        NodePlan worker = new("lab-worker3", new() { Role = NodeRole.Worker }, added.Place, string.Empty);
        string first = KubeadmDocuments.Of(plan, plan.First, KubernetesVersion.Parse(version));
        Assert.Empty(
            Documents(KubeadmRewriting.Rewrite(KubeadmRewriting.Parse(first, "lab"), plan, worker).Text)["InitConfiguration"][
                "nodeRegistration"
            ]!["taints"]!.AsArray()
        );
    }

    [Theory]
    [InlineData("kind: ClusterConfiguration\ncertificatesDir: /etc/kubernetes", "certificatesDir")]
    [InlineData("kind: ClusterConfiguration\ncertificatesDir: /", "certificatesDir")]
    [InlineData("kind: ClusterConfiguration\ncertificatesDir: certs", "certificatesDir")]
    [InlineData("kind: ClusterConfiguration\ncertificatesDir: /etc/../etc/certs", "certificatesDir")]
    [InlineData("kind: ClusterConfiguration\ncertificatesDir: \"/etc/a\\nb\"", "certificatesDir")]
    [InlineData("kind: ClusterConfiguration\ncertificatesDir: /run/certs", "certificatesDir")]
    [InlineData("kind: ClusterConfiguration\ncertificatesDir: 7", "certificatesDir")]
    [InlineData("kind: InitConfiguration\nlocalAPIEndpoint: {bindPort: 7443}", "localAPIEndpoint.bindPort")]
    [InlineData("kind: InitConfiguration\nnodeRegistration: {name: other}", "nodeRegistration.name")]
    public void What_is_laid_down_before_kubeadm_reads_its_documents_cannot_be_patched(string patch, string key)
    {
        Diagnostic told = Assert.Single(Assert.Throws<NodeForgeException>(() => Documents(Merging(patch), "v1.35.0")).Diagnostics);
        Assert.Equal((ErrorCodes.ClusterFileUnsupported, $"a patch changes {key}, which cannot be done"), (told.Code, told.What));
    }

    [Fact]
    public void A_cluster_goes_by_what_patches_make_of_its_settings()
    {
        ClusterConfig config = Merging(
            "apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\nnetworking: {podSubnet: 10.12.0.0/16}",
            "kind: ClusterConfiguration\nnetworking: {serviceSubnet: 10.11.0.0/16, dnsDomain: lab.local}"
        );
        EffectiveSettings settings = KubeadmDocuments.SettingsOf(PlanningACluster.Plan(config), KubernetesVersion.Parse("v1.35.0"));
        Assert.Equal(
            ("10.12.0.0/16", "10.11.0.1", "lab.local", "10.201.0.2"),
            (settings.PodSubnet, settings.ServiceAddress.ToString(), settings.DnsDomain, settings.EndpointHost)
        );
        Assert.Equal(
            ["10.244.0.0/16", "10.12.0.0/16", "10.244.0.0/16"],
            EffectiveSettings.PossibleFor(config).Select(possible => possible.PodSubnet)
        );
    }

    [Fact]
    public void No_cluster_has_the_token_of_another()
    {
        string token = BootstrapToken.Create();
        Assert.Matches(@"\A[a-z0-9]{6}\.[a-z0-9]{16}\z", token);
        Assert.NotEqual(token, BootstrapToken.Create());
        ClusterPlan plan = PlanningACluster.Plan(NodeRole.ControlPlane) with { BootstrapToken = token };
        Assert.Equal(
            $$"""[{"token":"{{token}}","ttl":"1m0s"}]""",
            Documents(plan, plan.First, "v1.35.0")["InitConfiguration"]["bootstrapTokens"]!.ToJsonString()
        );
    }

    private static ClusterConfig Merging(params string[] patches) =>
        new()
        {
            Name = "lab",
            Patches = new() { Merges = [.. patches.Select(MergePatch.FromString)] },
        };

    private static IReadOnlyList<Diagnostic> Unmatched(ClusterConfig config, string version)
    {
        ClusterPlan plan = PlanningACluster.Plan(config);
        return KubeadmDocuments.Unmatched(plan, plan.First, KubernetesVersion.Parse(version));
    }

    private static string Arguments(JsonNode arguments, bool asLists) =>
        string.Join(
            ' ',
            asLists
                ? arguments.AsArray().Select(argument => $"{argument!["name"]}={argument["value"]}")
                : arguments.AsObject().Select(argument => $"{argument.Key}={argument.Value}")
        );

    private static Dictionary<string, JsonObject> Documents(ClusterConfig config, string version)
    {
        ClusterPlan plan = PlanningACluster.Plan(config);
        return Documents(plan, plan.First, version);
    }

    private static Dictionary<string, JsonObject> Documents(ClusterPlan plan, NodePlan node, string version) =>
        Documents(KubeadmDocuments.Of(plan, node, KubernetesVersion.Parse(version)));

    private static Dictionary<string, JsonObject> Documents(string text) =>
        text.Split("---\n", StringSplitOptions.RemoveEmptyEntries)
            .Select(part => (JsonObject)JsonNode.Parse(part)!)
            .ToDictionary(document => (string)document["kind"]!);
}
