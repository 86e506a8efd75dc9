using System.Diagnostics;
using System.Globalization;
using System.Text;
using NodeForge.EndToEnd.Tests.NodeImages;

namespace NodeForge.EndToEnd.Tests.Clusters;

/// <summary><c>nodeforge create cluster</c>, stopped as a terminal, a job control or a crash stops it.</summary>
[Trait("Category", "EndToEnd")]
[Collection(NodeImageCollection.Name)]
public sealed class When_the_command_is_interrupted : IAsyncLifetime
{
    private const string Kubeconfig = "apiVersion: v1\nkind: Config\n";

    private readonly string name = "nf-e2e-" + Path.GetRandomFileName()[..6];
    private readonly string folder = Directory.CreateTempSubdirectory("nf-cluster-").FullName;

    private string KubeconfigPath => Path.Combine(folder, "kubeconfig");

    private Dictionary<string, string?> Variables =>
        new() { ["KUBECONFIG"] = KubeconfigPath, ["NODEFORGE_STATE"] = Path.Combine(folder, "state") };

    public ValueTask InitializeAsync() => new(File.WriteAllTextAsync(KubeconfigPath, Kubeconfig));

    public async ValueTask DisposeAsync()
    {
        await NodeForgeAsync("delete", "cluster", "--name", name);
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("create network", "INT", 130)]
    [InlineData("start control plane", "TERM", 143)]
    [InlineData("await API server", "INT", 130)]
    public async Task It_takes_back_what_it_made(string step, string signal, int exit)
    {
        (int code, string said) = await InterruptAsync(step, [signal]);

        Assert.True(code == exit, said);
        Assert.Contains("stopping and cleaning up; once more to stop at once", said, StringComparison.Ordinal);
        Assert.Equal("", await PartsAsync());
        Assert.Equal(Kubeconfig, await File.ReadAllTextAsync(KubeconfigPath));
        Assert.Empty(Directory.GetFiles(Path.Combine(folder, "state/creations")));
    }

    [Fact]
    public async Task It_keeps_the_nodes_that_are_to_be_retained_and_the_next_run_knows()
    {
        (int code, string said) = await InterruptAsync("await API server", ["INT"], "--retain");
        Assert.True(code == 130, said);
        Assert.NotEqual("", await PartsAsync());
        await AssertTheNextRunKnowsAsync();
    }

    [Fact]
    public async Task The_second_signal_ends_it_at_once_with_the_command_that_cleans_up()
    {
        long begun = 0;
        (int code, string said) = await InterruptAsync(
            "start control plane",
            ["INT", "INT"],
            whenSent: () => begun = Stopwatch.GetTimestamp()
        );
        Assert.True(Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(5), said);
        Assert.True(code == 130, said);
        Assert.Contains($"stopped without cleaning up; run: nodeforge delete cluster --name {name}", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_killed_one_began_is_known_to_the_next_and_removed_by_delete()
    {
        await InterruptAsync("start control plane", ["KILL"]);
        await AssertTheNextRunKnowsAsync();
        Assert.Equal(Kubeconfig, await File.ReadAllTextAsync(KubeconfigPath));
    }

    private async Task AssertTheNextRunKnowsAsync()
    {
        ProgramRun next = (await NodeForgeAsync("create", "cluster", "--name", name, "--image", NodeImage.Reference)).Returned(7);
        Assert.Contains($"NF8030: the cluster {name} was begun and never finished", next.Error, StringComparison.Ordinal);
        (await NodeForgeAsync("delete", "cluster", "--name", name)).Succeeded();
        Assert.Equal("", await PartsAsync());
        Assert.Empty(Directory.GetFiles(Path.Combine(folder, "state/creations")));
    }

    private async Task<(int Code, string Said)> InterruptAsync(
        string step,
        string[] signals,
        string? option = null,
        Action? whenSent = null
    )
    {
        // A shell without job control has its background ignore SIGINT, and whatever it starts.
        using Process process = ProgramRun.Start(
            [
                "env",
                "--default-signal=INT",
                .. Checkout.NodeForge("create", "cluster", "--name", name, "--image", NodeImage.Reference, "-v"),
                .. option is null ? Array.Empty<string>() : [option],
            ],
            Variables
        );
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        StringBuilder said = new();
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            said.AppendLine(line);
            if (line.Contains(step, StringComparison.Ordinal))
                break;
        }

        foreach (string signal in signals)
        {
            await ProgramRun.OutputAsync("kill", "-" + signal, process.Id.ToString(CultureInfo.InvariantCulture));
            // Two signals of one kind that arrive together are one.
            await Task.Delay(200);
        }

        whenSent?.Invoke();
        said.Append(await process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        await output;
        return (process.ExitCode, said.ToString());
    }

    private Task<ProgramRun> NodeForgeAsync(params string[] arguments) => ProgramRun.TryAsync(Checkout.NodeForge(arguments), Variables);

    /// <summary>Everything in the engine that carries the cluster's name.</summary>
    private async Task<string> PartsAsync()
    {
        string containers = await ProgramRun.OutputAsync(
            "docker",
            "ps",
            "--all",
            "--quiet",
            "--filter",
            $"label=io.x-k8s.kind.cluster={name}"
        );
        string networks = await ProgramRun.OutputAsync(
            "docker",
            "network",
            "ls",
            "--quiet",
            "--filter",
            $"label=dev.nodeforge.cluster={name}"
        );
        string volumes = await ProgramRun.OutputAsync(
            "docker",
            "volume",
            "ls",
            "--quiet",
            "--filter",
            $"label=dev.nodeforge.cluster={name}"
        );
        return containers + networks + volumes;
    }
}
