using System.Security.Cryptography.X509Certificates;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Kubeadm;
using NodeForge.Clusters.Nodes;
using NodeForge.Clusters.Planning;
using NodeForge.Kubernetes;
using NodeForge.Kubernetes.Certificates;

namespace NodeForge.Clusters.Tests;

public sealed class ClusterCertificates
{
    [Fact]
    public void Names_that_a_patch_asks_for_are_on_the_certificates_that_are_made_beforehand()
    {
        ClusterConfig config = new()
        {
            Name = "lab",
            Patches = new()
            {
                Merges = ["{kind: ClusterConfiguration, etcd: {local: {serverCertSANs: [etcd.example]}}}"],
                JsonPatches =
                [
                    new(
                        "kubeadm.k8s.io",
                        "",
                        "ClusterConfiguration",
                        """[{"op": "add", "path": "/apiServer/certSANs/-", "value": "lab.example"}, {"op": "add", "path": "/apiServer/certSANs/-", "value": "192.0.2.7"}]"""
                    ),
                ],
            },
        };
        ClusterPlan plan = PlanningACluster.Plan(config);
        Dictionary<string, string> files = NodeCertificates
            .Of(plan, plan.First, Settings(plan), Authorities)
            .ToDictionary(file => file.Path, file => file.Content);

        using X509Certificate2 api = X509Certificate2.CreateFromPem(files["/etc/kubernetes/pki/apiserver.crt"]);
        Assert.True(
            api.MatchesHostname("lab.example") && api.MatchesHostname("192.0.2.7") && api.MatchesHostname("kubernetes.default.svc")
        );
        using X509Certificate2 etcd = X509Certificate2.CreateFromPem(files["/etc/kubernetes/pki/etcd/server.crt"]);
        Assert.True(etcd.MatchesHostname("etcd.example") && etcd.MatchesHostname("localhost") && !etcd.MatchesHostname("lab.example"));
    }

    private static readonly ClusterAuthorities Authorities = ClusterAuthorities.Create(TimeProvider.System);

    [Fact]
    public void Every_certificate_of_a_control_plane_hangs_on_its_authority()
    {
        Dictionary<string, string> files = Files(NodeRole.ControlPlane);
        AssertIssuedBy(files, "etcd/ca", "etcd/server", "etcd/peer", "etcd/healthcheck-client", "apiserver-etcd-client");
        AssertIssuedBy(files, "front-proxy-ca", "front-proxy-client");
        AssertIssuedBy(files, "ca", "apiserver", "apiserver-kubelet-client");
    }

    [Fact]
    public void The_API_server_s_certificate_has_every_name_and_address_that_it_is_asked_by()
    {
        using X509Certificate2 certificate = X509Certificate2.CreateFromPem(
            Files(NodeRole.ControlPlane)["/etc/kubernetes/pki/apiserver.crt"]
        );
        X509SubjectAlternativeNameExtension names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single();
        Assert.Subset(
            names.EnumerateDnsNames().ToHashSet(),
            new HashSet<string> { "kubernetes.default.svc.cluster.local", "localhost", "lab-control-plane" }
        );
        Assert.Subset(
            names.EnumerateIPAddresses().Select(address => address.ToString()).ToHashSet(),
            new HashSet<string> { "10.96.0.1", "10.201.0.2", "127.0.0.1" }
        );
    }

    [Fact]
    public void The_first_control_plane_s_kubelet_asks_its_own_API_server_and_others_the_balancer_until_they_have_one()
    {
        ClusterPlan plan = PlanningACluster.Plan(
            new ClusterConfig
            {
                Name = "lab",
                Nodes = [new() { Role = NodeRole.ControlPlane }, new() { Role = NodeRole.ControlPlane }, new() { Role = NodeRole.Worker }],
            }
        );
        string[] servers =
        [
            .. plan
                .Nodes.Select(node =>
                    NodeCertificates
                        .Of(plan, node, Settings(plan), Authorities)
                        .Single(file => file.Path == "/etc/kubernetes/kubelet.conf")
                        .Content
                )
                .Select(text => text.Split('\n').Single(line => line.Contains("server:", StringComparison.Ordinal)).Trim()),
        ];

        Assert.Equal(
            [
                $"server: https://{ClusterPlan.EndpointAt(plan.First.Address)}",
                $"server: https://{plan.Endpoint}",
                $"server: https://{plan.Endpoint}",
            ],
            servers
        );
        Assert.NotEqual(plan.Endpoint, ClusterPlan.EndpointAt(plan.First.Address));
    }

    [Theory]
    [InlineData(IPFamily.IPv6, "fd00:10:96::1")]
    [InlineData(IPFamily.Dual, "10.96.0.1")]
    public void A_node_of_two_addresses_has_both_on_its_certificates(IPFamily family, string service)
    {
        ClusterPlan plan = PlanningACluster.Plan(family);
        Dictionary<string, string> files = NodeCertificates
            .Of(plan, plan.First, Settings(plan), Authorities)
            .ToDictionary(file => file.Path, file => file.Content);
        string[] wanted = ["10.201.0.2", "fd00:77::2"];
        Assert.Empty(wanted.Append(service).Append("::1").Except(AddressesOf("/etc/kubernetes/pki/apiserver.crt")));
        Assert.Empty(wanted.Except(AddressesOf("/etc/kubernetes/pki/etcd/peer.crt")));
        Assert.Empty(wanted.Except(AddressesOf("/var/lib/kubelet/pki/kubelet.crt")));
        Assert.Contains($"server: https://{plan.Endpoint}\n", files["/etc/kubernetes/scheduler.conf"], StringComparison.Ordinal);

        IEnumerable<string> AddressesOf(string path)
        {
            using X509Certificate2 certificate = X509Certificate2.CreateFromPem(files[path]);
            return
            [
                .. certificate
                    .Extensions.OfType<X509SubjectAlternativeNameExtension>()
                    .Single()
                    .EnumerateIPAddresses()
                    .Select(address => address.ToString()),
            ];
        }
    }

    [Fact]
    public void A_worker_gets_no_key_of_any_authority()
    {
        Assert.DoesNotContain(
            Files(NodeRole.Worker).Keys,
            path => path.StartsWith("/etc/kubernetes/pki/", StringComparison.Ordinal) && path.EndsWith(".key", StringComparison.Ordinal)
        );
        Assert.Contains("/etc/kubernetes/kubelet.conf", Files(NodeRole.Worker).Keys);
    }

    [Fact]
    public void Keys_are_for_root_alone()
    {
        ClusterPlan plan = PlanningACluster.Plan(NodeRole.ControlPlane);
        Assert.All(
            NodeCertificates
                .Of(plan, plan.First, Settings(plan), Authorities)
                .Where(file =>
                    file.Content.Contains("PRIVATE KEY", StringComparison.Ordinal)
                    || file.Content.Contains("client-key-data", StringComparison.Ordinal)
                ),
            file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, file.Mode)
        );
    }

    private static void AssertIssuedBy(Dictionary<string, string> files, string authority, params string[] names)
    {
        using X509Certificate2 root = X509Certificate2.CreateFromPem(files[$"/etc/kubernetes/pki/{authority}.crt"]);
        foreach (string name in names)
        {
            // With the key: the two must belong together.
            using X509Certificate2 leaf = X509Certificate2.CreateFromPem(
                files[$"/etc/kubernetes/pki/{name}.crt"],
                files[$"/etc/kubernetes/pki/{name}.key"]
            );
            using X509Chain chain = new();
            chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            chain.ChainPolicy.CustomTrustStore.Add(root);
            Assert.True(chain.Build(leaf), name);
        }
    }

    [Fact]
    public void What_patches_make_of_the_cluster_s_services_and_its_domain_is_on_the_API_server_s_certificate()
    {
        ClusterConfig config = new()
        {
            Name = "lab",
            Patches = new()
            {
                Merges =
                [
                    "{kind: ClusterConfiguration, controlPlaneEndpoint: 'api.lab.example:6443', networking: {serviceSubnet: 10.11.0.0/16, dnsDomain: lab.local}}",
                ],
            },
        };
        ClusterPlan plan = PlanningACluster.Plan(config);
        Dictionary<string, string> files = NodeCertificates
            .Of(plan, plan.First, Settings(plan), Authorities)
            .ToDictionary(file => file.Path, file => file.Content);
        using X509Certificate2 api = X509Certificate2.CreateFromPem(files["/etc/kubernetes/pki/apiserver.crt"]);
        Assert.All(
            new[] { "10.11.0.1", "kubernetes.default.svc.lab.local", "api.lab.example" },
            name => Assert.True(api.MatchesHostname(name), name)
        );
        Assert.False(api.MatchesHostname("10.96.0.1"));
    }

    [Theory]
    [InlineData("/etc/kubernetes/certs", "/etc/kubernetes/certs")]
    [InlineData("/var/lib/certs/", "/var/lib/certs")]
    [InlineData("/etc/kubernetes/pki", null)]
    [InlineData("/etc/kubernetes/pki/", null)]
    [InlineData("", null)]
    public void Where_a_patch_has_kubeadm_look_for_certificates_a_link_leads_to_them(string folder, string? link)
    {
        ClusterConfig config = new()
        {
            Name = "lab",
            Nodes = [new(), new() { Role = NodeRole.Worker }],
            Patches = new() { Merges = [$"{{kind: ClusterConfiguration, certificatesDir: '{folder}'}}"] },
        };
        ClusterPlan plan = PlanningACluster.Plan(config);
        foreach (NodePlan node in plan.Nodes)
        {
            Assert.NotEmpty(KubeadmDocuments.Of(plan, node, KubernetesVersion.Parse("v1.20.2")));
            NodeFile? laid = NodeCertificates
                .Of(plan, node, Settings(plan), Authorities)
                .SingleOrDefault(file => file.Target == "/etc/kubernetes/pki");
            Assert.Equal(link, laid?.Path);
        }
    }

    [Theory]
    [InlineData("{kind: ClusterConfiguration, clusterName: other}", "other")]
    [InlineData("{kind: ClusterConfiguration, clusterName: '7'}", "\"7\"")]
    [InlineData("{kind: ClusterConfiguration, clusterName: 'yes: {a'}", "\"yes: {a\"")]
    [InlineData("{kind: ClusterConfiguration, clusterName: null}", "kubernetes")]
    [InlineData("{kind: KubeletConfiguration}", "\"123\"")]
    public void Kubeconfigs_in_the_nodes_have_the_cluster_s_name_as_text(string patch, string name)
    {
        ClusterPlan plan = PlanningACluster.Plan(
            new ClusterConfig
            {
                Name = "123",
                Patches = new() { Merges = [patch] },
            }
        );
        string text = NodeCertificates
            .Of(plan, plan.First, Settings(plan), Authorities)
            .Single(file => file.Path == "/etc/kubernetes/kubelet.conf")
            .Content;
        Assert.Contains($"clusters:\n- name: {name}\n", text, StringComparison.Ordinal);
        Assert.Contains($"    cluster: {name}\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_an_authority_issues_holds_as_long_as_the_authority()
    {
        foreach (
            (string path, string content) in Files(NodeRole.ControlPlane).Where(file => file.Key.EndsWith(".crt", StringComparison.Ordinal))
        )
        {
            using X509Certificate2 certificate = X509Certificate2.CreateFromPem(content);
            Assert.InRange((certificate.NotAfter - certificate.NotBefore).TotalDays, 3650, 3655);
            Assert.True(certificate.NotBefore < DateTime.Now.AddMinutes(-50), path);
        }
    }

    private static EffectiveSettings Settings(ClusterPlan plan) => KubeadmDocuments.SettingsOf(plan, KubernetesVersion.Parse("v1.20.2"));

    private static Dictionary<string, string> Files(NodeRole role)
    {
        ClusterPlan plan = PlanningACluster.Plan(NodeRole.ControlPlane, NodeRole.Worker);
        return NodeCertificates
            .Of(plan, plan.Nodes.First(node => node.Role == role), Settings(plan), Authorities)
            .ToDictionary(file => file.Path, file => file.Content);
    }
}
