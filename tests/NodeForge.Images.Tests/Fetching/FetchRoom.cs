using System.Collections.Concurrent;
using NodeForge.Images.Fetching;
using NodeForge.Oci;
using NodeForge.TestSupport.Http;

namespace NodeForge.Images.Tests.Fetching;

/// <summary>A store in a folder of its own, a scripted server, and a fetcher with short pauses.</summary>
public sealed class FetchRoom : IAsyncDisposable, IForgeReporter
{
    private readonly HttpConnections connections = new();
    private readonly ConcurrentQueue<ForgeEvent> events = new();

    public FetchRoom()
    {
        Store = new BlobStore(Path.Combine(Folder, "store"));
        Fetcher = new SourceFetcher(connections, null, TimeProvider.System);
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("nodeforge-fetch-").FullName;

    public ScriptedServer Server { get; } = new();

    public BlobStore Store { get; }

    public SourceFetcher Fetcher { get; }

    public FetchOptions Options { get; set; } =
        new()
        {
            StallTimeout = TimeSpan.FromSeconds(10),
            FirstPause = TimeSpan.FromMilliseconds(5),
            QuietWait = TimeSpan.FromMilliseconds(50),
        };

    public IReadOnlyList<ForgeEvent> Events => [.. events];

    public string PartialFolder => Path.Combine(Folder, "store", "partial");

    /// <summary>Bytes that no compressor and no reader takes for text.</summary>
    public static byte[] Bytes(int count, int seed = 1)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static Source Source(byte[] content, params string[] urls) => new("kubelet", Digest.Of(content), content.Length) { Urls = urls };

    public Task<FetchResult> FetchAsync(params Source[] sources) =>
        Fetcher.FetchAsync(sources, Store, Options, this, CancellationToken.None);

    public async Task<IReadOnlyList<Diagnostic>> FailAsync(params Source[] sources) =>
        (await Assert.ThrowsAsync<NodeForgeException>(() => FetchAsync(sources))).Diagnostics;

    public byte[] Stored(byte[] content) => File.ReadAllBytes(Store.PathOf(Digest.Of(content)));

    /// <summary>Puts what an interrupted run would have left into the partial folder.</summary>
    public void Begin(Source source, byte[] start, string? marks = null)
    {
        Directory.CreateDirectory(PartialFolder);
        File.WriteAllBytes(Path.Combine(PartialFolder, source.Digest.Hex + ".part"), start);
        if (marks is not null)
            File.WriteAllText(Path.Combine(PartialFolder, source.Digest.Hex + ".part.json"), marks);
    }

    public void Report(ForgeEvent happened) => events.Enqueue(happened);

    public async ValueTask DisposeAsync()
    {
        connections.Dispose();
        await Server.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
