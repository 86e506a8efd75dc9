using System.Text.Json;
using NodeForge.Clusters.Configuration;
using NodeForge.TestSupport.Engines;

namespace NodeForge.Clusters.Tests;

/// <summary>An engine's answers about the nodes of a cluster.</summary>
internal static class ScriptedNodes
{
    /// <summary>What every list of the engine has, whatever it is asked for.</summary>
    public static ScriptedEngine WithObjects(
        this ScriptedEngine engine,
        string containers = "[]",
        string networks = "[]",
        string volumes = """{"Volumes":[]}"""
    ) => engine.On("GET /containers/json", 200, containers).On("GET /networks", 200, networks).On("GET /volumes", 200, volumes);

    /// <summary>A list of one container.</summary>
    public static string Node(string name, string role, string state) =>
        $$"""[{"Id":"{{name}}","Names":["/{{name}}"],"State":"{{state}}","Labels":{"{{ClusterLabels.Cluster}}":"lab","{{ClusterLabels.Role}}":"{{role}}"} }]""";

    /// <summary>Every program in the node ends like this.</summary>
    public static ScriptedEngine WithPrograms(this ScriptedEngine engine, string node, int exitCode, string output, string errors) =>
        engine
            .On($"POST /containers/{node}/exec", 201, """{"Id":"e1"}""")
            .On(
                "POST /exec/e1/start",
                async call =>
                {
                    Stream raw = await call.UpgradeAsync();
                    await raw.WriteAsync(ScriptedCall.Frame(1, output));
                    await raw.WriteAsync(ScriptedCall.Frame(2, errors));
                    await call.EndUpgradedAsync();
                }
            )
            .On("GET /exec/e1/json", 200, JsonSerializer.Serialize(new { Running = false, ExitCode = exitCode }));

    public static async Task<IReadOnlyList<Diagnostic>> FailsAsync(Func<Task> act) =>
        (await Assert.ThrowsAsync<NodeForgeException>(act)).Diagnostics;
}
