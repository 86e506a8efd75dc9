using NodeForge.EndToEnd.Tests.NodeImages;
using NodeForge.Engines;
using NodeForge.Engines.Connecting;

namespace NodeForge.EndToEnd.Tests.Engines;

/// <summary>An engine that an ordinary user runs: refused where its host gives it no means to hold a node, and told of
/// everywhere.</summary>
[Trait("Category", "EndToEnd")]
public sealed class An_engine_without_root(RootlessPodman podman) : IClassFixture<RootlessPodman>
{
    [Theory]
    [InlineData("doctor")]
    [InlineData("create", "cluster", "--image", "nodeforge-test/nowhere:1")]
    public async Task It_is_told_as_such_before_anything_is_made(params string[] command)
    {
        using EngineClient engine = await EngineClient.ConnectAsync(EngineEndpoint.Parse(podman.Address, "test"), CancellationToken.None);
        EngineInformation said = await engine.InformationAsync(CancellationToken.None);
        Assert.True(said.IsRootless);

        ProgramRun run = await ProgramRun.TryAsync(
            Checkout.NodeForge(command),
            new Dictionary<string, string?> { ["DOCKER_HOST"] = podman.Address }
        );

        string told = run.Output + run.Error;
        Assert.Contains("NF9102", told, StringComparison.Ordinal);
        if (said.CgroupVersion == "1")
        {
            run.Returned(5);
            Assert.Contains(
                "an engine without root can limit nothing on cgroup v1, and the kubelet does not start",
                told,
                StringComparison.Ordinal
            );
        }

        Assert.Empty(await engine.Containers.ListAsync([], CancellationToken.None));
        Assert.DoesNotContain(
            await engine.Networks.ListAsync([], CancellationToken.None),
            network => network.Name.StartsWith("nodeforge-", StringComparison.Ordinal)
        );
    }
}
