using System.Net;
using System.Net.Sockets;
using NodeForge.Clusters.Preflight;
using NodeForge.Engines;
using NodeForge.Testing.Engines;

namespace NodeForge.Clusters.Tests;

public sealed class NamingWhoHoldsAPort
{
    [Theory]
    [InlineData("500: driver failed programming external connectivity on endpoint lab: Bind for 0.0.0.0:8080 failed: port is already allocated", 8080)]
    [InlineData("500: Error starting userland proxy: listen tcp4 127.0.0.1:80: bind: address already in use", 80)]
    [InlineData("500: listen tcp6 [::1]:443: bind: address already in use", 443)]
    [InlineData("500: the port is taken", null)]
    public void The_engine_s_words_say_which(string said, int? port) => Assert.Equal(port, PortHolder.Named(Taken(said)));

    [Fact]
    public async Task A_container_is_named_with_its_cluster()
    {
        await using ScriptedEngine engine = new();
        engine.WithObjects("""[{"Id":"n","Names":["/other-control-plane"],"State":"running","Labels":{"io.x-k8s.kind.cluster":"other"},"Ports":[{"IP":"127.0.0.1","PrivatePort":6443,"PublicPort":8080,"Type":"tcp"}]}]""");
        using EngineClient client = await engine.ConnectAsync();
        NodeForgeException told = await PortHolder.ExplainAsync(client, Taken("500: Bind for 0.0.0.0:8080 failed: port is already allocated"), CancellationToken.None);
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
        NodeForgeException told = await PortHolder.ExplainAsync(client, Taken($"500: listen tcp4 127.0.0.1:{port}: bind: address already in use"), CancellationToken.None);
        Assert.StartsWith($"port {port} is held by process {Environment.ProcessId} (", Assert.Single(told.Diagnostics).Got, StringComparison.Ordinal);
        holder.Stop();
        Assert.Null(PortHolder.Process(port));
    }

    private static NodeForgeException Taken(string said) => new(new Diagnostic(ErrorCodes.EnginePortTaken, "a port to publish is in use on this machine") { Got = said });
}
