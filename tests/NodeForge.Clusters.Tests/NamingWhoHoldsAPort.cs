using System.Net;
using System.Net.Sockets;
using NodeForge.Clusters.Preflight;
using NodeForge.Engines;
using NodeForge.Engines.Calling;
using NodeForge.TestSupport.Engines;

namespace NodeForge.Clusters.Tests;

public sealed class NamingWhoHoldsAPort
{
    [Fact]
    public async Task A_container_is_named_with_its_cluster()
    {
        await using ScriptedEngine engine = new();
        engine.WithObjects(
            """[{"Id":"n","Names":["/other-control-plane"],"State":"running","Labels":{"io.x-k8s.kind.cluster":"other"},"Ports":[{"IP":"127.0.0.1","PrivatePort":6443,"PublicPort":8080,"Type":"tcp"}]}]"""
        );
        using EngineClient client = await engine.ConnectAsync();
        NodeForgeException told = await PortHolder.ExplainAsync(client, Taken(8080), CancellationToken.None);
        Assert.Equal("port 8080 is held by the container other-control-plane of the cluster other", Assert.Single(told.Diagnostics).Got);
        Assert.Equal(8080, PortHolder.Named(told));
    }

    [Fact]
    public async Task A_process_is_named_with_its_number()
    {
        using TcpListener holder = new(IPAddress.Loopback, 0);
        holder.Start();
        int port = ((IPEndPoint)holder.LocalEndpoint).Port;
        await using ScriptedEngine engine = new();
        engine.WithObjects();
        using EngineClient client = await engine.ConnectAsync();
        NodeForgeException told = await PortHolder.ExplainAsync(client, Taken(port), CancellationToken.None);
        Assert.StartsWith(
            $"port {port} is held by process {Environment.ProcessId} (",
            Assert.Single(told.Diagnostics).Got,
            StringComparison.Ordinal
        );
        holder.Stop();
        Assert.Null(PortHolder.Process(port));
    }

    [Fact]
    public async Task A_failure_without_a_port_is_left_as_it_is()
    {
        await using ScriptedEngine engine = new();
        using EngineClient client = await engine.ConnectAsync();
        NodeForgeException failure = Taken(null);
        Assert.Null(PortHolder.Named(failure));
        Assert.Same(failure, await PortHolder.ExplainAsync(client, failure, CancellationToken.None));
    }

    private static NodeForgeException Taken(int? port) =>
        new(
            new EngineRefusal(EngineRefusalKind.PortTaken, ErrorCodes.EnginePortTaken, "a port to publish is in use on this machine")
            {
                Port = port,
            }
        );
}
