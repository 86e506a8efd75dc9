using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Nodes;
using NodeForge.Clusters.Planning;
using NodeForge.Clusters.Preflight;
using NodeForge.Clusters.Preflight.Host;
using NodeForge.Clusters.Tests.Checks;

namespace NodeForge.Clusters.Tests;

/// <summary>Nodes get their modules and proxies from the machine that they run on, which may be another than this.</summary>
public sealed class TakingFromTheHost
{
    [Fact]
    public void Modules_are_mounted_where_the_engine_s_machine_has_them()
    {
        ClusterPlan plan = PlanningACluster.Plan(NodeRole.ControlPlane);
        Assert.Contains("/lib/modules", Mounts(plan with { Host = new(HasModules: true, HasKernels: false, new()) }));
        Assert.DoesNotContain("/lib/modules", Mounts(plan));
    }

    [Fact]
    public void Nothing_is_taken_from_this_machine_when_the_engine_runs_elsewhere()
    {
        MachineFacts here = Facts.Fine with
        {
            Host = new HostFacts { HasModules = true, HasKernels = true },
        };
        Assert.Equal((true, true), (here.NodeHost.HasModules, here.NodeHost.HasKernels));
        MachineFacts elsewhere = here with { Host = null, Elsewhere = "the engine runs elsewhere" };
        Assert.Equal((false, false), (elsewhere.NodeHost.HasModules, elsewhere.NodeHost.HasKernels));
    }

    [Fact]
    public void A_host_s_modules_are_looked_for_below_its_root()
    {
        string root = Directory.CreateTempSubdirectory("nodeforge-host-").FullName;
        Assert.False(HostFacts.Read(root, []).HasModules);
        Directory.CreateDirectory(Path.Combine(root, "lib/modules"));
        Directory.CreateDirectory(Path.Combine(root, "boot"));
        Assert.Equal((true, true), (HostFacts.Read(root, []).HasModules, HostFacts.Read(root, []).HasKernels));
        Directory.Delete(root, recursive: true);
    }

    [Fact]
    public void Proxies_reach_the_nodes_with_everything_of_the_cluster_s_own_left_out_of_them()
    {
        ClusterPlan plan = PlanningACluster.Plan(NodeRole.ControlPlane) with
        {
            Host = new(false, false, new() { Http = "http://proxy:3128", Without = "example.org" }),
        };
        IReadOnlyList<string> environment = NodeContainer.Of(plan, plan.First, "node:1").Environment;
        Assert.Contains("http_proxy=http://proxy:3128", environment);
        string without = Assert.Single(environment, variable => variable.StartsWith("NO_PROXY=", StringComparison.Ordinal));
        Assert.All(
            ["example.org", "10.96.0.0/16", "10.244.0.0/16", ".svc", plan.First.Name],
            part => Assert.Contains(part, without, StringComparison.Ordinal)
        );
    }

    [Fact]
    public void A_node_that_is_added_has_what_the_one_that_is_there_was_given()
    {
        NodeHost host = NodeHost.Of(
            ["/var/log", "/lib/modules"],
            ["PATH=/bin", "HTTP_PROXY=http://proxy:3128", "NO_PROXY=.svc,10.96.0.0/16"]
        );
        Assert.Equal(
            (true, false, "http://proxy:3128", ".svc,10.96.0.0/16"),
            (host.HasModules, host.HasKernels, host.Proxies.Http, host.Proxies.Without)
        );
    }

    private static IEnumerable<string> Mounts(ClusterPlan plan) =>
        NodeContainer.Of(plan, plan.First, "node:1").Mounts.Select(mount => mount.Target);
}
