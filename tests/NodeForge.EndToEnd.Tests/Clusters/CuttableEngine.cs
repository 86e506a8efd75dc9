using System.Collections.Concurrent;
using System.Net.Sockets;
using NodeForge.Engines.Connecting;

namespace NodeForge.EndToEnd.Tests.Clusters;

/// <summary>The engine behind a socket of the test's own, which can be taken away in the middle of what goes through it.</summary>
internal sealed class CuttableEngine : IAsyncDisposable
{
    private readonly Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource cut = new();
    private readonly ConcurrentBag<Task> conversations = [];
    private readonly string engine = new EngineDiscovery(HostEnvironment.FromProcess()).Find().Address.LocalPath;
    private readonly Task accepting;

    /// <param name="path">Where an earlier one was; null for a place of its own.</param>
    public CuttableEngine(string? path = null)
    {
        SocketPath = path ?? Path.Combine(Directory.CreateTempSubdirectory("nf-cut-").FullName, "docker.sock");
        listener.Bind(new UnixDomainSocketEndPoint(SocketPath));
        listener.Listen(64);
        accepting = AcceptAsync();
    }

    public EngineEndpoint Endpoint => EngineEndpoint.Parse("unix://" + SocketPath, "test");

    private string SocketPath { get; }

    /// <summary>Every conversation breaks off, and nobody gets in any longer; the engine behind it goes on.</summary>
    public async Task CutAsync()
    {
        if (cut.IsCancellationRequested)
            return;
        await cut.CancelAsync();
        listener.Dispose();
        File.Delete(SocketPath);
        await accepting;
        await Task.WhenAll(conversations);
    }

    public async ValueTask DisposeAsync()
    {
        await CutAsync();
        cut.Dispose();
        if (
            Directory.Exists(Path.GetDirectoryName(SocketPath))
            && !Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(SocketPath)!).Any()
        )
            Directory.Delete(Path.GetDirectoryName(SocketPath)!);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket client = await listener.AcceptAsync(cut.Token);
                conversations.Add(Task.Run(() => CarryAsync(client)));
            }
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Cut.
        }
    }

    private async Task CarryAsync(Socket client)
    {
        using Socket server = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await server.ConnectAsync(new UnixDomainSocketEndPoint(engine), cut.Token);
            await Task.WhenAll(CopyAsync(client, server), CopyAsync(server, client));
        }
        catch (Exception end) when (end is OperationCanceledException or IOException or SocketException)
        {
            // One side has gone, or the test cut it.
        }
        finally
        {
            client.Dispose();
        }
    }

    // The end of one direction is passed on: an exec's input ends before its output.
    private async Task CopyAsync(Socket from, Socket to)
    {
        await using NetworkStream source = new(from),
            target = new(to);
        await source.CopyToAsync(target, cut.Token);
        to.Shutdown(SocketShutdown.Send);
    }
}
