using NodeForge.Oci.Transports;

namespace NodeForge.Tests;

/// <summary>Only locking, fetching and pushing are handed a network; no other step could reach one if it wanted to.</summary>
public sealed class WorkingWithoutANetwork : IDisposable
{
    private const string Image = """
        apiVersion: nodeforge.dev/v1alpha1
        kind: ContainerImage
        name: one
        platforms: [linux/amd64]
        tags: ["registry.test/one:1"]
        files: [{path: /etc/one, content: "1"}]
        """;

    private const string Release = """
        apiVersion: nodeforge.dev/v1alpha1
        kind: NodeImage
        name: node
        platforms: [linux/amd64]
        base: {image: "docker://registry.test/base:1"}
        kubernetes: {version: v1.20.2, release: "https://releases.test/server.tar.gz"}
        """;

    // The suite is asked for at an address where nobody answers.
    private const string Checkout = """
        apiVersion: nodeforge.dev/v1alpha1
        kind: KubernetesBuild
        name: build
        version: "v1.36.2"
        platforms: [linux/amd64]
        source: {SOURCE}
        toolchain: {debian: {suite: sid, packages: [golang]}}
        script: script
        binaries: [kubeadm]
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("nodeforge-alone-").FullName;
    private int networks;
    private int requests;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Nothing_but_locking_fetching_and_pushing_asks_for_one()
    {
        RecipeRequest recipe = Write("one.yaml", Image);
        await Forge().LockAsync(new LockRequest(recipe), CancellationToken.None);
        networks = 0;

        await Forge().PlanAsync(recipe, CancellationToken.None);
        BuildRequest build = new(recipe, "ContainerImage")
        {
            Offline = true,
            Outputs =
            [
                $"oci:{folder}/layout:1",
                $"oci-archive:{folder}/oci.tar:1",
                $"docker-archive:{folder}/docker.tar:registry.test/one:1",
            ],
        };
        await Forge().BuildAsync(build, CancellationToken.None);
        foreach (string output in build.Outputs)
            Assert.Single(await Forge().InspectAsync(ImageTransport.Parse(output), CancellationToken.None));

        Assert.Equal((0, 0), (networks, requests));
    }

    [Fact]
    public async Task Locking_asks_the_one_that_it_is_handed()
    {
        RecipeRequest recipe = Write("node.yaml", Release);
        await Assert.ThrowsAsync<NodeForgeException>(() => Forge().LockAsync(new LockRequest(recipe), CancellationToken.None));
        Assert.True(networks > 0 && requests > 0);
    }

    [Theory]
    [InlineData("folder: tree", false, true)]
    [InlineData("folder: tree", true, false)]
    [InlineData("tarball: \"https://releases.test/src.tar.gz\"", false, false)]
    public async Task A_build_of_a_checkout_that_is_not_locked_locks_it_unless_it_is_offline(string source, bool offline, bool locks)
    {
        Directory.CreateDirectory(Path.Combine(folder, "tree"));
        Directory.CreateDirectory(Path.Combine(folder, "script"));
        File.WriteAllText(Path.Combine(folder, "script/build"), "#!/bin/sh\n");
        File.SetUnixFileMode(Path.Combine(folder, "script/build"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        RecipeRequest recipe = Write("build.yaml", Checkout.Replace("SOURCE", source, StringComparison.Ordinal));
        NodeForgeException failure = await Assert.ThrowsAsync<NodeForgeException>(() =>
            Forge().BuildAsync(new TarballRequest(recipe) { Offline = offline }, CancellationToken.None)
        );
        Assert.Equal((locks, !locks), (networks > 0, failure.Diagnostics[0].Code == ErrorCodes.LockMissing));
    }

    private RecipeRequest Write(string name, string text)
    {
        File.WriteAllText(Path.Combine(folder, name), text);
        return new(name, null, new Dictionary<string, string>(), []);
    }

    private Forge Forge() =>
        new(
            new ForgeOptions
            {
                Host = HostEnvironment.FromProcess() with { WorkingFolder = folder },
                Cache = Path.Combine(folder, "cache"),
                Handlers = () => Count(ref networks),
            },
            SilentReporter.Instance
        );

    private Refusing Count(ref int counter)
    {
        counter++;
        return new(() => requests++);
    }

    private sealed class Refusing(Action asked) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            asked();
            throw new HttpRequestException(HttpRequestError.ConnectionError, "there is no network");
        }
    }
}
