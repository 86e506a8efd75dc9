using NodeForge.Bundles.Registries;

namespace NodeForge.EndToEnd.Tests.Registries;

/// <summary>A bundle that is served on loopback, while a test runs.</summary>
internal sealed class ServedSite : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private Task serving = Task.CompletedTask;

    private ServedSite() { }

    /// <summary>Host and port, as in a reference.</summary>
    public string Host { get; private set; } = "";

    public static async Task<ServedSite> StartAsync(Forge forge, string bundle)
    {
        ServedSite site = new();
        TaskCompletionSource<ServedBundle> listening = new();
        site.serving = forge.Bundles.ServeAsync(new(bundle) { Listen = "127.0.0.1:0" }, listening.SetResult, site.stop.Token);
        site.Host = new Uri((await listening.Task.WaitAsync(TimeSpan.FromSeconds(30))).Address).Authority;
        return site;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await serving.WaitAsync(TimeSpan.FromSeconds(30));
        stop.Dispose();
    }
}
