using System.Net;
using System.Text.Json.Nodes;
using NodeForge.Bundles.Reading;
using NodeForge.Bundles.Serving;

namespace NodeForge.Bundles.Tests;

/// <summary>A bundle that is served on loopback while a test runs.</summary>
internal sealed class ServedRoom : IAsyncDisposable, IForgeReporter
{
    private readonly CancellationTokenSource stop = new();
    private readonly BundleServer server;
    private readonly Task serving;
    private readonly HttpClient client;

    public ServedRoom(string file, ServerCertificate? certificate = null)
    {
        server = BundleServer.Listen(BundleFile.Open(file), "127.0.0.1:0", certificate, this);
        serving = server.RunAsync(stop.Token);
        client = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new(server.Address) };
    }

    public string Address => server.Address;

    /// <summary>Host and port, as in a reference.</summary>
    public string Host => new Uri(server.Address).Authority;

    /// <summary>What it was told that it cannot give.</summary>
    public List<Diagnostic> Told { get; } = [];

    public void Report(ForgeEvent happened)
    {
        lock (Told)
            Told.Add(((Warned)happened).Diagnostic);
    }

    public async Task<HttpResponseMessage> SendAsync(string method, string path, params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), path);
        foreach ((string name, string value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await client.SendAsync(request);
    }

    public Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync("GET", path, headers);

    public async Task<JsonNode> JsonAsync(string path)
    {
        using HttpResponseMessage response = await GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }

    /// <summary>The code of an error's body.</summary>
    public static async Task<string> CodeAsync(HttpResponseMessage response) =>
        JsonNode.Parse(await response.Content.ReadAsStringAsync())!["errors"]![0]!["code"]!.GetValue<string>();

    public static string Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out IEnumerable<string>? values)
            ? values.Single()
            : response.Content.Headers.GetValues(name).Single();

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await stop.CancelAsync();
        await serving.WaitAsync(TimeSpan.FromSeconds(10));
        server.Dispose();
        stop.Dispose();
    }
}
