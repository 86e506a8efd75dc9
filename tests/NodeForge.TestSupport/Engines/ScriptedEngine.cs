using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using NodeForge.Engines;
using NodeForge.Engines.Connecting;

namespace NodeForge.TestSupport.Engines;

/// <summary>A real HTTP server on a unix socket that plays an engine: it answers what the test scripts, and keeps what it was
/// asked.</summary>
public sealed class ScriptedEngine : IAsyncDisposable
{
    private readonly Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource ending = new();
    private readonly ConcurrentQueue<Rule> rules = new();
    private readonly ConcurrentQueue<string> requests = new();
    private readonly ConcurrentBag<Task> conversations = [];
    private readonly string folder = Directory.CreateTempSubdirectory("nf-engine-").FullName;
    private readonly Task accepting;

    public ScriptedEngine(string apiVersion = "1.41")
    {
        SocketPath = Path.Combine(folder, "docker.sock");
        listener.Bind(new UnixDomainSocketEndPoint(SocketPath));
        listener.Listen(16);
        On("GET /_ping", call => call.AnswerAsync(200, "OK", ("Api-Version", apiVersion)));
        accepting = AcceptAsync();
    }

    public string SocketPath { get; }

    public EngineEndpoint Endpoint => EngineEndpoint.Parse("unix://" + SocketPath, "test");

    /// <summary>Each request line with its version prefix removed, in the order of arrival: "POST /containers/create?name=a".</summary>
    public IReadOnlyCollection<string> Requests => requests;

    /// <summary>Scripts the answer to requests that begin with the words given; the latest script wins.</summary>
    public ScriptedEngine On(string request, Func<ScriptedCall, Task> answer)
    {
        rules.Enqueue(new(request, answer));
        return this;
    }

    public ScriptedEngine On(string request, int status, string body) => On(request, call => call.AnswerAsync(status, body));

    public Task<EngineClient> ConnectAsync() => EngineClient.ConnectAsync(Endpoint, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        listener.Dispose();
        await accepting;
        await Task.WhenAll(conversations);
        ending.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket socket = await listener.AcceptAsync(ending.Token);
                conversations.Add(Task.Run(() => TalkAsync(socket)));
            }
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task TalkAsync(Socket socket)
    {
        using NetworkStream stream = new(socket, ownsSocket: true);
        using CancellationTokenRegistration registration = ending.Token.Register(() => socket.Dispose());
        try
        {
            while (await HttpHead.ReadAsync(stream, ending.Token) is { } head)
            {
                string request = Unversioned(head);
                requests.Enqueue(request);
                ScriptedCall call = new(request, head, socket, stream);
                Rule? rule = rules.LastOrDefault(rule => request.StartsWith(rule.Request, StringComparison.Ordinal));
                await (rule?.Answer(call) ?? call.AnswerAsync(500, $$"""{"message":"nothing is scripted for {{request}}"}"""));
                if (call.Ended)
                    return;
                await call.Body.CopyToAsync(Stream.Null, ending.Token);
            }
        }
        catch (Exception end) when (end is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The client went away, as it may.
        }
    }

    private static string Unversioned(HttpHead head)
    {
        string path = head.Target;
        if (
            path.StartsWith("/v", StringComparison.Ordinal)
            && path.IndexOf('/', 1) is > 0 and int end
            && double.TryParse(path[2..end], CultureInfo.InvariantCulture, out _)
        )
            path = path[end..];
        return $"{head.Method} {path}";
    }

    private sealed record Rule(string Request, Func<ScriptedCall, Task> Answer);
}
