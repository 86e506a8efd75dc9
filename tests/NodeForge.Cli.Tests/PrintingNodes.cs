using System.Text.Json;
using NodeForge.Cli.Documents;
using NodeForge.Cli.Rendering;
using NodeForge.TestSupport.Engines;

namespace NodeForge.Cli.Tests;

public sealed class PrintingNodes
{
    private static readonly NodesDocument Nodes = NodesDocument.Of([
        new(
            "lab",
            "lab-control-plane",
            "control-plane",
            "running",
            ["10.201.0.2"],
            "registry.example.com/kubernetes/node:v1.36.2@sha256:77",
            "v1.36.2"
        ),
        new("lab", "lab-external-load-balancer", "external-load-balancer", "running", ["10.201.0.4"], "example/node:1", null),
        new("lab", "lab-worker", "worker", "exited", [], "example/\u001b[31mnode:1", "v1.36.2"),
    ]);

    [Fact]
    public void A_table_is_as_kubectl_s_and_in_a_pipe_as_wide_as_it_needs()
    {
        Assert.Equal(
            """
            NAME                         STATE     ROLE                     VERSION   ADDRESS      IMAGE
            lab-control-plane            running   control-plane            v1.36.2   10.201.0.2   registry.example.com/kubernetes/node:v1.36.2
            lab-external-load-balancer   running   external-load-balancer   <none>    10.201.0.4   example/node:1
            lab-worker                   exited    worker                   v1.36.2   <none>       example/\x1b[31mnode:1

            """,
            Nodes.ToText(clusters: false, width: null)
        );
        Assert.StartsWith("CLUSTER   NAME     ", Nodes.ToText(clusters: true, width: null), StringComparison.Ordinal);
        Assert.Contains("\nlab       lab-worker  ", Nodes.ToText(clusters: true, width: null), StringComparison.Ordinal);
    }

    [Fact]
    public void On_a_terminal_an_image_keeps_its_end_and_no_line_is_folded()
    {
        string text = Nodes.ToText(clusters: false, width: 106);
        Assert.Contains("…netes/node:v1.36.2\n", text, StringComparison.Ordinal);
        Assert.All(text.Split('\n'), line => Assert.InRange(line.Length, 0, 106));
    }

    [Fact]
    public void On_one_that_is_too_narrow_each_node_has_lines_of_its_own()
    {
        Assert.StartsWith(
            """
            lab-control-plane
              cluster  lab
              state    running
              role     control-plane
              version  v1.36.2
              address  10.201.0.2
              image    registry.example.com/kubernetes/node:v1.36.2
            lab-external-load-balancer

            """,
            Nodes.ToText(clusters: true, width: 80),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void No_nodes_have_no_titles() => Assert.Empty(NodesDocument.Of([]).ToText(clusters: false, width: 80));

    [Fact]
    public void A_document_has_the_same_facts()
    {
        JsonElement plane = JsonDocument.Parse(Nodes.ToJson()).RootElement.GetProperty("nodes")[0];
        Assert.Equal(
            ("lab", "lab-control-plane", "control-plane", "running"),
            (Text("cluster"), Text("name"), Text("role"), Text("state"))
        );
        Assert.Equal(
            ("10.201.0.2", "v1.36.2", "registry.example.com/kubernetes/node:v1.36.2@sha256:77"),
            (plane.GetProperty("addresses")[0].GetString(), Text("kubernetesVersion"), Text("image"))
        );

        string? Text(string name) => plane.GetProperty(name).GetString();
    }

    [Theory]
    [InlineData("get nodes --name lab", "lab-worker\n")]
    [InlineData("get nodes --all-clusters", "lab-worker\n")]
    [InlineData(
        "get nodes -A -o wide",
        "CLUSTER   NAME         STATE     ROLE     VERSION   ADDRESS   IMAGE\nlab       lab-worker   running   worker   <none>    <none>    node:1\n"
    )]
    public async Task Names_are_printed_or_a_table_where_it_is_asked_for(string line, string expected)
    {
        await using ScriptedEngine engine = Engine();
        Assert.Equal(new(0, expected, ""), await OwnProcess.RunAsync(engine, line.Split(' ')));
    }

    [Theory]
    [InlineData("get nodes --name lab -o json")]
    [InlineData("-o json get nodes --name lab")]
    public async Task A_document_may_be_asked_for_anywhere(string line)
    {
        await using ScriptedEngine engine = Engine();
        CommandRun run = await OwnProcess.RunAsync(engine, line.Split(' '));
        Assert.Equal("lab-worker", JsonDocument.Parse(run.Out).RootElement.GetProperty("nodes")[0].GetProperty("name").GetString());
    }

    private static ScriptedEngine Engine() =>
        new ScriptedEngine()
            .On("GET /containers/a/archive", 404, """{"message":"Could not find the file /kind/version"}""")
            .On(
                "GET /containers/json",
                200,
                """[{"Id":"a","Names":["/lab-worker"],"Image":"node:1","State":"running","Labels":{"io.x-k8s.kind.cluster":"lab","io.x-k8s.kind.role":"worker"} }]"""
            );
}
