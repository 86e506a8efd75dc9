using System.Formats.Tar;
using System.Net;
using System.Net.Sockets;
using System.Text;
using NodeForge.Engines;
using NodeForge.Engines.Calling;
using NodeForge.Engines.Connecting;
using NodeForge.Engines.Containers;
using NodeForge.Engines.Images;
using NodeForge.Engines.Networks;
using NodeForge.TestSupport.Engines;

namespace NodeForge.EndToEnd.Tests.Engines;

/// <summary>The calls we make, made to the engine that DOCKER_HOST names.</summary>
[Trait("Category", "EndToEnd")]
public sealed class ARealEngine() : CallsOfAnEngine(new EngineDiscovery(HostEnvironment.FromProcess()).Find());

/// <summary>The same calls, made to Podman.</summary>
[Trait("Category", "EndToEnd")]
public sealed class ARealPodman(PodmanService podman) : CallsOfAnEngine(podman.Endpoint), IClassFixture<PodmanService>
{
    [Fact]
    public async Task Is_known_for_what_it_is()
    {
        using EngineClient client = await EngineClient.ConnectAsync(podman.Endpoint, CancellationToken.None);
        Assert.Same(EngineDifferences.Podman, client.Differences);
    }
}

/// <summary>The same calls, over TCP and TLS with certificates on both sides.</summary>
[Trait("Category", "EndToEnd")]
public sealed class ARealEngineBehindTls(TlsFront front) : CallsOfAnEngine(front.Endpoint), IClassFixture<TlsFront>;

/// <summary>A TLS port in front of the engine that the environment names.</summary>
public sealed class TlsFront : IAsyncLifetime
{
    private readonly TlsEngine front = new(new EngineDiscovery(HostEnvironment.FromProcess()).Find().Address.LocalPath);

    public EngineEndpoint Endpoint => front.Endpoint;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => front.DisposeAsync();
}

/// <summary>What every engine does that answers Docker's calls.</summary>
public abstract class CallsOfAnEngine(EngineEndpoint endpoint) : IAsyncLifetime
{
    private static readonly TimeSpan NoPatience = TimeSpan.Zero;
    private readonly string run = "nf-e2e-" + Path.GetRandomFileName()[..8];
    private EngineClient engine = null!;

    private string Image => $"nodeforge-test/{run}:1";

    private string Label => "dev.nodeforge.test=" + run;

    public async ValueTask InitializeAsync()
    {
        engine = await EngineClient.ConnectAsync(endpoint, CancellationToken.None);
        IReadOnlyList<string> loaded = await engine.Images.LoadAsync(
            (stream, token) => BusyboxArchive.WriteAsync(stream, Image, token),
            null,
            CancellationToken.None
        );
        AssertIsImage(loaded);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ContainerSummary container in await engine.Containers.ListAsync([Label], CancellationToken.None))
            await engine.Containers.RemoveAsync(container.Id, CancellationToken.None);
        foreach (NetworkDetails network in await engine.Networks.ListAsync([Label], CancellationToken.None))
            await engine.Networks.RemoveAsync(network.Id, CancellationToken.None);
        await engine.Images.RemoveAsync(Image, force: true, CancellationToken.None);
        engine.Dispose();
    }

    [Fact]
    public async Task Tells_its_version_its_platform_and_its_cgroups()
    {
        Assert.Equal("linux", (await engine.VersionAsync(CancellationToken.None)).Os);
        EngineInformation information = await engine.InformationAsync(CancellationToken.None);
        Assert.NotEmpty(information.Architecture);
        Assert.Contains(information.CgroupVersion, new[] { "1", "2" });
    }

    [Fact]
    public async Task Saves_what_it_loaded_and_loads_it_again()
    {
        await using Stream saved = await engine.Images.SaveAsync([Image], CancellationToken.None);
        IReadOnlyList<string> loaded = await engine.Images.LoadAsync(
            (stream, token) => saved.CopyToAsync(stream, token),
            null,
            CancellationToken.None
        );
        AssertIsImage(loaded);
        ImageDetails details = (await engine.Images.FindAsync(Image, CancellationToken.None))!;
        Assert.Single(details.RootFS!.Layers!);
    }

    [Fact]
    public async Task Runs_programs_with_input_outputs_and_an_exit_code()
    {
        string id = await StartAsync("exec", "sleep", "300");
        using MemoryStream output = new();
        using MemoryStream errors = new();
        byte[] input = Encoding.UTF8.GetBytes(new string('x', 3_000_000));
        int code = await engine.Containers.ExecAsync(
            id,
            new(["/bin/busybox", "sh", "-c", "/bin/busybox wc -c; echo warned >&2; exit 7"]),
            new MemoryStream(input),
            output,
            errors,
            CancellationToken.None
        );
        Assert.Equal(
            (7, "3000000\n", "warned\n"),
            (code, Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(errors.ToArray()))
        );
    }

    [Fact]
    public async Task Copies_archives_in_and_out()
    {
        string id = await StartAsync("copy", "sleep", "300");
        await engine.Containers.PutArchiveAsync(
            id,
            "/tmp",
            async (stream, token) =>
            {
                await using TarWriter tar = new(stream, TarEntryFormat.Ustar, leaveOpen: true);
                await BusyboxArchive.AddAsync(tar, "note", "hello"u8.ToArray(), token);
            },
            CancellationToken.None
        );
        await using Stream back = await engine.Containers.GetArchiveAsync(id, "/tmp/note", CancellationToken.None);
        await using TarReader reader = new(back);
        TarEntry entry = (await reader.GetNextEntryAsync())!;
        using StreamReader text = new(entry.DataStream!);
        Assert.Equal("hello", await text.ReadToEndAsync());
    }

    [Fact]
    public async Task Keeps_logs_and_exit_codes()
    {
        string id = await StartAsync("logs", "sh", "-c", "echo out; echo err >&2; exit 4");
        Assert.Equal(4, await engine.Containers.WaitAsync(id, CancellationToken.None));
        using MemoryStream output = new();
        using MemoryStream errors = new();
        await engine.Containers.CopyLogAsync(id, follow: true, output, errors, CancellationToken.None);
        Assert.Equal(("out\n", "err\n"), (Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(errors.ToArray())));
    }

    [Fact]
    public async Task Gives_a_container_the_address_asked_for_and_keeps_it_over_a_restart()
    {
        string network = await engine.Networks.CreateAsync(
            new(run) { Subnets = ["10.213.77.0/24"], Labels = Labels() },
            CancellationToken.None
        );
        string id = await engine.Containers.CreateAsync(
            Spec("fixed", "sleep", "300") with
            {
                Network = run,
                IPv4Address = "10.213.77.9",
            },
            CancellationToken.None
        );
        await engine.Containers.StartAsync(id, CancellationToken.None);
        await engine.Containers.StopAsync(id, NoPatience, CancellationToken.None);
        await engine.Containers.StartAsync(id, CancellationToken.None);
        ContainerDetails details = (await engine.Containers.FindAsync(id, CancellationToken.None))!;
        Assert.Equal("10.213.77.9", details.NetworkSettings.Networks![run].IPAddress);
        Assert.Contains(id, (await engine.Networks.FindAsync(network, CancellationToken.None))!.Containers!.Keys);
    }

    [Fact]
    public async Task Names_the_cause_when_a_name_is_taken()
    {
        await engine.Containers.CreateAsync(Spec("twice", "true"), CancellationToken.None);
        Assert.Equal(
            ErrorCodes.EngineNameTaken,
            await CodeOfAsync(() => engine.Containers.CreateAsync(Spec("twice", "true"), CancellationToken.None))
        );
    }

    [Fact]
    public async Task Names_the_cause_when_a_port_is_taken()
    {
        using TcpListener holder = new(IPAddress.Loopback, 0);
        holder.Start();
        int port = ((IPEndPoint)holder.LocalEndpoint).Port;
        string id = await engine.Containers.CreateAsync(
            Spec("port", "sleep", "300") with
            {
                Ports = [new(80, port, "127.0.0.1")],
            },
            CancellationToken.None
        );
        Assert.Equal(ErrorCodes.EnginePortTaken, await CodeOfAsync(() => engine.Containers.StartAsync(id, CancellationToken.None)));
    }

    [Fact]
    public async Task Names_the_cause_when_an_image_or_a_subnet_is_not_to_be_had()
    {
        Assert.Equal(
            ErrorCodes.EngineObjectMissing,
            await CodeOfAsync(() => engine.Containers.CreateAsync(new(run + "-none", "nodeforge-test/absent:1"), CancellationToken.None))
        );
        await engine.Networks.CreateAsync(new(run + "-a") { Subnets = ["10.213.78.0/24"], Labels = Labels() }, CancellationToken.None);
        Assert.Equal(
            ErrorCodes.EngineSubnetTaken,
            await CodeOfAsync(() =>
                engine.Networks.CreateAsync(new(run + "-b") { Subnets = ["10.213.78.0/24"], Labels = Labels() }, CancellationToken.None)
            )
        );
        Assert.Equal(
            ErrorCodes.EngineNameTaken,
            await CodeOfAsync(() => engine.Networks.CreateAsync(new(run + "-a"), CancellationToken.None))
        );
    }

    [Fact]
    public async Task Removing_what_is_not_there_is_no_error()
    {
        Assert.False(await engine.Containers.RemoveAsync(run + "-none", CancellationToken.None));
        Assert.False(await engine.Networks.RemoveAsync(run + "-none", CancellationToken.None));
        Assert.False(await engine.Volumes.RemoveAsync(run + "-none", CancellationToken.None));
        Assert.Null(await engine.Containers.FindAsync(run + "-none", CancellationToken.None));
    }

    // Podman puts localhost/ before a name without a registry, and finds the image by either.
    private void AssertIsImage(IReadOnlyList<string> loaded) =>
        Assert.Contains(Assert.Single(loaded), new[] { Image, "localhost/" + Image });

    private static async Task<ErrorCode> CodeOfAsync(Func<Task> call) =>
        (await Assert.ThrowsAsync<NodeForgeException>(call)).Diagnostics[0].Code;

    private async Task<string> StartAsync(string name, params string[] command)
    {
        string id = await engine.Containers.CreateAsync(Spec(name, command), CancellationToken.None);
        await engine.Containers.StartAsync(id, CancellationToken.None);
        return id;
    }

    private ContainerSpec Spec(string name, params string[] command) =>
        new($"{run}-{name}", Image) { Command = command, Labels = Labels() };

    private Dictionary<string, string> Labels() => new() { ["dev.nodeforge.test"] = run };
}
