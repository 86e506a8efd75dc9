using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Docker.DotNet;
using NodeForge.Engines.Connecting;

namespace NodeForge.Engines.Calling;

/// <summary>Sends calls, keeps connections, and turns every failure into a diagnostic.</summary>
internal sealed class EngineTransport : IDisposable
{
    // Podman and Docker say what went wrong in a line or two; what is longer is not theirs.
    private const int MessageLimit = 4096;

    // A document is written at once; an engine that is silent for so long in the midst of one does not come back.
    private static readonly TimeSpan IdleAtMost = TimeSpan.FromSeconds(60);

    // Before an answer begins, and between parts of an archive, which it makes as it sends them, an engine may be at work.
    private static readonly TimeSpan WorkAtMost = TimeSpan.FromMinutes(5);

    private readonly HttpMessageInvoker calls;
    private readonly Lazy<DockerClient> docker;

    public EngineTransport(EngineEndpoint endpoint)
    {
        Endpoint = endpoint;
        calls = new HttpMessageInvoker(
            Handler(async cancellationToken => await EngineDialer.ConnectAsync(endpoint, cancellationToken).ConfigureAwait(false))
        );
        docker = new(() => DockerCalls.Over(this));
    }

    public EngineEndpoint Endpoint { get; }

    /// <summary>What the requests name as their host. It is never dialled: the connect callback decides. Docker wants some Host header all
    /// the same.</summary>
    public static Uri Host { get; } = new("http://engine");

    /// <summary>The agreed version; null before negotiation.</summary>
    public Version? Version { get; set; }

    // "/v1.41"
    private string Prefix =>
        Version is null ? string.Empty : string.Create(CultureInfo.InvariantCulture, $"/v{Version.Major}.{Version.Minor}");

    /// <summary>The same engine in Docker.DotNet's words: its parameters, over our connections and with our failures. For calls without a
    /// stream.</summary>
    /// <remarks>Made when it is first asked for: it takes 0.1 s of start-up where it is not compiled ahead, and commands that only read do
    /// without.</remarks>
    public DockerClient Docker => docker.Value;

    /// <summary>Makes a call; an answer other than success is an exception, except the one status that <paramref name="accept"/>
    /// names.</summary>
    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string path,
        HttpContent? content,
        CancellationToken cancellationToken,
        HttpStatusCode? accept = null
    )
    {
        using HttpRequestMessage request = Request(method, path, content);
        return await SendAsync(request, cancellationToken, accept).ConfigureAwait(false);
    }

    /// <summary>Sends a request that names the version already.</summary>
    public async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken,
        HttpStatusCode? accept = null
    )
    {
        string call = $"{request.Method} {request.RequestUri!.PathAndQuery}";
        HttpResponseMessage response = await Guard(call, () => calls.SendAsync(request, cancellationToken)).ConfigureAwait(false);
        if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.NotModified || response.StatusCode == accept)
            return response;
        using (response)
            throw RefusalWords.OfAnswer(
                Endpoint,
                call,
                (int)response.StatusCode,
                await MessageAsync(response, cancellationToken).ConfigureAwait(false)
            );
    }

    /// <summary>Makes a call whose answer is a JSON document; null when the object is not there.</summary>
    public async Task<T?> FindAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        using HttpResponseMessage response = await AskAsync(path, cancellationToken, HttpStatusCode.NotFound).ConfigureAwait(false);
        return response.StatusCode == HttpStatusCode.NotFound
            ? null
            : await ReadAsync(response, Call(HttpMethod.Get, path), type, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes a call whose answer is a JSON document.</summary>
    public async Task<T> GetAsync<T>(
        HttpMethod method,
        string path,
        HttpContent? content,
        JsonTypeInfo<T> type,
        CancellationToken cancellationToken
    )
    {
        using HttpResponseMessage response =
            method == HttpMethod.Get
                ? await AskAsync(path, cancellationToken).ConfigureAwait(false)
                : await SendAsync(method, path, content, cancellationToken).ConfigureAwait(false);
        return await ReadAsync(response, Call(method, path), type, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The bytes of a document, as the engine writes it.</summary>
    public async Task<byte[]> ReadAsync(string path, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await AskAsync(path, cancellationToken).ConfigureAwait(false);
        return await ReadAsync(response, IdleAtMost, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Asks for a document, whose answer does not wait for anything that happens.</summary>
    public Task<HttpResponseMessage> AskAsync(string path, CancellationToken cancellationToken, HttpStatusCode? accept = null) =>
        Guard(
            Call(HttpMethod.Get, path),
            async () =>
                await EngineAnswer
                    .InTimeAsync(
                        async token => await SendAsync(HttpMethod.Get, path, null, token, accept).ConfigureAwait(false),
                        WorkAtMost,
                        "no answer came",
                        cancellationToken
                    )
                    .ConfigureAwait(false)
        );

    /// <summary>Makes a call for its effect.</summary>
    /// <returns>False when the object was not there and <paramref name="accept"/> is 404.</returns>
    public async Task<bool> DoAsync(
        HttpMethod method,
        string path,
        HttpContent? content,
        CancellationToken cancellationToken,
        HttpStatusCode? accept = null
    )
    {
        using HttpResponseMessage response = await SendAsync(method, path, content, cancellationToken, accept).ConfigureAwait(false);
        return response.StatusCode != accept;
    }

    /// <summary>Makes a call whose answer is a stream of bytes; the stream owns the connection.</summary>
    /// <param name="path">What is asked for.</param>
    /// <param name="cancellationToken">Ends the call, and the reading.</param>
    /// <param name="waits">Whether the answer goes on with what happens, so that no silence is too long.</param>
    public async Task<Stream> OpenAsync(string path, CancellationToken cancellationToken, bool waits = false)
    {
        HttpResponseMessage response = await SendAsync(HttpMethod.Get, path, null, cancellationToken).ConfigureAwait(false);
        Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        return new AnswerStream(
            body,
            response,
            failure => EngineFailure.Lost(Endpoint, Call(HttpMethod.Get, path), failure),
            waits ? null : WorkAtMost,
            cancellationToken
        );
    }

    /// <summary>Makes a call that turns its connection into a stream of bytes both ways.</summary>
    public async Task<UpgradedConnection> UpgradeAsync(string path, HttpContent content, CancellationToken cancellationToken)
    {
        EngineConnection? connection = null;
        HttpMessageInvoker once = new(
            Handler(async token => connection = await EngineDialer.ConnectAsync(Endpoint, token).ConfigureAwait(false))
        );
        try
        {
            using HttpRequestMessage request = Request(HttpMethod.Post, path, content);
            request.Headers.Connection.Add("Upgrade");
            request.Headers.Upgrade.Add(new ProductHeaderValue("tcp"));
            HttpResponseMessage response = await Guard(Call(HttpMethod.Post, path), () => once.SendAsync(request, cancellationToken))
                .ConfigureAwait(false);
            if (response.StatusCode != HttpStatusCode.SwitchingProtocols)
            {
                using (response)
                    throw RefusalWords.OfAnswer(
                        Endpoint,
                        Call(HttpMethod.Post, path),
                        (int)response.StatusCode,
                        await MessageAsync(response, cancellationToken).ConfigureAwait(false)
                    );
            }

            Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            return new(
                new AnswerStream(body, response, failure => EngineFailure.Lost(Endpoint, Call(HttpMethod.Post, path), failure)),
                connection!,
                once
            );
        }
        catch
        {
            once.Dispose();
            throw;
        }
    }

    /// <summary>Runs a part of a call and tells a broken connection in the house's words.</summary>
    public async Task<T> Guard<T>(string call, Func<Task<T>> part)
    {
        try
        {
            return await part().ConfigureAwait(false);
        }
        catch (HttpRequestException failure) when (failure.InnerException is NodeForgeException known)
        {
            throw known;
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            throw EngineFailure.Lost(Endpoint, call, failure);
        }
        catch (JsonException failure)
        {
            throw EngineFailure.Unexpected(Endpoint, call, failure);
        }
    }

    public string Call(HttpMethod method, string path) => $"{method} {Prefix}{path}";

    public void Dispose()
    {
        if (docker.IsValueCreated)
            docker.Value.Dispose();
        calls.Dispose();
    }

    private static SocketsHttpHandler Handler(Func<CancellationToken, ValueTask<Stream>> connect) =>
        new()
        {
            ConnectCallback = (_, cancellationToken) => connect(cancellationToken),
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
        };

    /// <summary>Reads an answer whole, within the limits of one. It may take as long as what it waits for: a container's exit.</summary>
    public Task<byte[]> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken) =>
        ReadAsync(response, idle: null, cancellationToken);

    private Task<byte[]> ReadAsync(HttpResponseMessage response, TimeSpan? idle, CancellationToken cancellationToken) =>
        Guard(
            $"{response.RequestMessage!.Method} {response.RequestMessage.RequestUri!.PathAndQuery}",
            async () =>
            {
                Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
                await using ConfiguredAsyncDisposable _ = body.ConfigureAwait(false);
                return await EngineAnswer.ReadAsync(body, idle, cancellationToken).ConfigureAwait(false);
            }
        );

    private Task<T> ReadAsync<T>(HttpResponseMessage response, string call, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        Guard(
            call,
            async () =>
            {
                Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
                await using ConfiguredAsyncDisposable _ = body.ConfigureAwait(false);
                // What is posted may end with what it waits for: a container's exit.
                TimeSpan? idle = response.RequestMessage?.Method == HttpMethod.Get ? IdleAtMost : null;
                return await EngineAnswer.ReadAsync(body, type, idle, cancellationToken).ConfigureAwait(false);
            }
        );

    private HttpRequestMessage Request(HttpMethod method, string path, HttpContent? content) =>
        new(method, new Uri(Host, Prefix + path)) { Content = content };

    private async Task<string> MessageAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        return await Guard(
                response.ReasonPhrase ?? string.Empty,
                async () =>
                {
                    Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
                    await using ConfiguredAsyncDisposable _ = body.ConfigureAwait(false);
                    byte[] buffer = new byte[MessageLimit];
                    int length = await EngineAnswer
                        .InTimeAsync(
                            token => body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, token),
                            IdleAtMost,
                            "nothing more came",
                            cancellationToken
                        )
                        .ConfigureAwait(false);
                    return EngineMessage.Read(buffer.AsSpan(0, length));
                }
            )
            .ConfigureAwait(false);
    }
}
