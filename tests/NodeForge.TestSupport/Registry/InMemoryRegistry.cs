using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using NodeForge.Oci;

namespace NodeForge.TestSupport.Registry;

/// <summary>A registry on loopback that speaks the protocol over real HTTP, keeps everything in memory and fails on request.</summary>
public sealed class InMemoryRegistry : IAsyncDisposable
{
    public const string User = TokenServer.User;
    public const string Password = TokenServer.Password;
    public const string RefreshToken = TokenServer.RefreshToken;

    private readonly WebApplication server;
    private readonly TokenServer tokens;
    private readonly RegistryContent content = new();
    private readonly ConcurrentQueue<RegistryRequest> requests = new();
    private readonly List<(string Path, RegistryFault Fault, int Left)> faults = [];

    private InMemoryRegistry(WebApplication server, RegistryAuthentication authentication)
    {
        this.server = server;
        tokens = new(authentication);
        server.Run(HandleAsync);
    }

    /// <summary>Host and port, as in a reference.</summary>
    public string Host { get; private set; } = "";

    /// <summary>Whether Range is honoured.</summary>
    public bool RangesSupported { get; set; } = true;

    /// <summary>Whether a blob of another repository is taken over on request.</summary>
    public bool MountsSupported { get; set; } = true;

    /// <summary>Whether the registry lists what names a manifest as its subject.</summary>
    public bool ReferrersSupported { get; set; }

    /// <summary>Whether an index is refused that names what the registry does not have, as distribution does.</summary>
    public bool ChecksIndexes { get; set; }

    /// <summary>Bytes that a chunk of an upload has to have; null for any number.</summary>
    public int? LeastChunk { get; set; }

    /// <summary>Forgets uploads that were begun and not ended.</summary>
    public void ForgetUploads() => content.ForgetUploads();

    /// <summary>Every request so far, those to the token server among them.</summary>
    public IReadOnlyList<RegistryRequest> Requests => [.. requests];

    public static async Task<InMemoryRegistry> StartAsync(RegistryAuthentication authentication = RegistryAuthentication.None)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        InMemoryRegistry registry = new(builder.Build(), authentication);
        await registry.server.StartAsync();
        string address = registry.server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        registry.Host = new Uri(address).Authority;
        return registry;
    }

    /// <summary>A reference into this registry.</summary>
    public ImageReference Reference(string rest) => ImageReference.Parse($"{Host}/{rest}");

    public Descriptor AddBlob(string repository, byte[] bytes, string mediaType = "application/octet-stream") =>
        new(mediaType, content.AddBlob(repository, bytes), bytes.Length);

    public Descriptor AddManifest(string repository, string? tag, byte[] bytes, string mediaType) =>
        new(mediaType, content.AddManifest(repository, tag, bytes, mediaType), bytes.Length);

    public byte[]? Blob(string repository, Digest digest) => content.Blob(repository, digest.ToString());

    public byte[]? Manifest(string repository, string tagOrDigest) => content.Manifest(repository, tagOrDigest)?.Bytes;

    public IReadOnlyList<string> Tags(string repository) => [.. content.Tags(repository)];

    /// <summary>Loses a tag or a manifest, as a copy that takes less along does.</summary>
    public void RemoveManifest(string repository, string tagOrDigest) => content.RemoveManifest(repository, tagOrDigest);

    /// <summary>Fails the next requests whose path contains a text.</summary>
    public void Fail(string pathContains, RegistryFault fault, int times = 1)
    {
        lock (faults)
            faults.Add((pathContains, fault, times));
    }

    /// <summary>Makes every token given out so far worthless.</summary>
    public void ExpireTokens() => tokens.Expire();

    private async Task HandleAsync(HttpContext context)
    {
        string path = context.Request.Path.Value!;
        requests.Enqueue(
            new(
                context.Request.Method,
                path,
                context.Request.QueryString.Value ?? "",
                Header(context, "Authorization"),
                Header(context, "Range")
            )
        );
        if (path == "/token")
        {
            await tokens.AnswerAsync(context);
            return;
        }

        RegistryFault? fault = NextFault(path);
        if (await FaultyAnswers.AnswerAsync(context, fault))
            return;
        string scope = RegistryRoutes.ScopeOf(context.Request);
        if (!tokens.Admits(context.Request, scope))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            context.Response.Headers.WWWAuthenticate = tokens.Challenge(Host, scope);
            return;
        }

        await new RegistryRoutes(this, content, fault).HandleAsync(context);
    }

    private static string? Header(HttpContext context, string name) =>
        context.Request.Headers[name] is { Count: > 0 } values ? values.ToString() : null;

    private RegistryFault? NextFault(string path)
    {
        lock (faults)
        {
            int index = faults.FindIndex(scripted => scripted.Left > 0 && path.Contains(scripted.Path, StringComparison.Ordinal));
            if (index < 0)
                return null;
            (string text, RegistryFault fault, int left) = faults[index];
            faults[index] = (text, fault, left - 1);
            return fault;
        }
    }

    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource atOnce = new(TimeSpan.FromSeconds(1));
        await server.StopAsync(atOnce.Token);
        await server.DisposeAsync();
    }
}
