using NodeForge.Clusters.Lifecycle;
using static NodeForge.Clusters.Tests.ScriptedNodes;

namespace NodeForge.Clusters.Tests;

public sealed class DrainingANode
{
    private const string Pods = "GET /api/v1/pods?fieldSelector=spec.nodeName%3Dlab-worker";

    [Theory]
    [InlineData("20")]
    [InlineData("33+")]
    public async Task Pods_that_move_are_evicted_and_those_of_the_node_itself_stay(string minor)
    {
        bool gone = false;
        await using ScriptedApi server = new(request =>
            request switch
            {
                "GET /version" => (200, $$"""{"major":"1","minor":"{{minor}}"}"""),
                Pods => (200, List(gone ? [Pod("proxy", "DaemonSet")] : [Pod("web", "ReplicaSet"), Pod("proxy", "DaemonSet")])),
                "POST /api/v1/namespaces/shop/pods/web/eviction" => (201, Told(gone = true)),
                _ => (200, "{}"),
            }
        );
        Assert.Equal(1, await new NodeDrain(server.Api, "lab-worker").RunAsync(TimeSpan.FromSeconds(20), default));
        Assert.Equal("PATCH /api/v1/nodes/lab-worker", server.Requests.First());
        Assert.Single(server.Requests, request => request.Contains("eviction", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pods_that_do_not_leave_are_told_with_what_holds_them()
    {
        await using ScriptedApi server = new(request =>
            request switch
            {
                "GET /version" => (200, """{"minor":"20"}"""),
                Pods => (200, List(Pod("web", "ReplicaSet"))),
                "POST /api/v1/namespaces/shop/pods/web/eviction" => (
                    429,
                    """{"message":"Cannot evict pod as it would violate the pod's disruption budget."}"""
                ),
                _ => (200, "{}"),
            }
        );
        Diagnostic told = Assert.Single(
            await FailsAsync(() => new NodeDrain(server.Api, "lab-worker").RunAsync(TimeSpan.FromMilliseconds(200), default))
        );
        Assert.Equal(
            (ErrorCodes.DrainTimeout, "lab-worker, shop/web", "Cannot evict pod as it would violate the pod's disruption budget."),
            (told.Code, told.Where!.ToString(), told.Got)
        );
    }

    [Fact]
    public async Task Pods_that_nobody_makes_again_stay_on_a_node_that_comes_back()
    {
        await using ScriptedApi server = new(request =>
            request switch
            {
                "GET /version" => (200, """{"minor":"36"}"""),
                Pods => (200, """{"items":[{"metadata":{"name":"bare","namespace":"shop"},"status":{"phase":"Running"}}]}"""),
                _ => (200, "{}"),
            }
        );
        Assert.Equal(0, await new NodeDrain(server.Api, "lab-worker") { LeavesBare = true }.RunAsync(TimeSpan.FromSeconds(5), default));
        Assert.DoesNotContain(server.Requests, request => request.Contains("eviction", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_node_that_never_registered_has_nothing_to_drain()
    {
        await using ScriptedApi server = new(_ => (404, """{"message":"nodes \"lab-worker\" not found"}"""));
        Assert.Equal(0, await new NodeDrain(server.Api, "lab-worker").RunAsync(TimeSpan.FromSeconds(5), default));
    }

    [Fact]
    public async Task A_refusal_of_the_API_server_is_told_in_its_words()
    {
        await using ScriptedApi server = new(_ => (403, """{"message":"nodes is forbidden"}"""));
        Diagnostic told = Assert.Single(
            await FailsAsync(() => new NodeDrain(server.Api, "lab-worker").RunAsync(TimeSpan.FromSeconds(5), default))
        );
        Assert.Equal((ErrorCodes.ApiRefused, "403: nodes is forbidden"), (told.Code, told.Got));
    }

    [Fact]
    public async Task What_the_API_server_knows_of_a_node_that_is_gone_is_removed_with_its_pods()
    {
        await using ScriptedApi server = new(request =>
            request == Pods ? (200, List(Pod("web", "ReplicaSet"), Pod("proxy", "DaemonSet"))) : (200, "{}")
        );
        await new NodeDrain(server.Api, "lab-worker").ForgetAsync(default);
        Assert.Equal(
            [
                "DELETE /api/v1/nodes/lab-worker",
                Pods,
                "DELETE /api/v1/namespaces/shop/pods/web",
                "DELETE /api/v1/namespaces/shop/pods/proxy",
            ],
            server.Requests
        );
    }

    private static string Told(bool _) => "{}";

    private static string List(params string[] pods) => $$"""{"items":[{{string.Join(',', pods)}}]}""";

    private static string Pod(string name, string owner) =>
        $$"""{"metadata":{"name":"{{name}}","namespace":"shop","ownerReferences":[{"kind":"{{owner}}"}]},"status":{"phase":"Running"} }""";
}
