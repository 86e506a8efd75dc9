using System.Net;
using System.Net.Sockets;

namespace NodeForge.Benchmarks.Building;

/// <summary>Gives the server tarball over HTTP on the loopback, as a release server does.</summary>
internal sealed class ReleaseServer : IDisposable
{
    private readonly HttpListener listener = new();
    private readonly string tarball;

    public ReleaseServer(string tarball)
    {
        this.tarball = tarball;
        Address = $"http://127.0.0.1:{FreePort()}/";
        listener.Prefixes.Add(Address);
        listener.Start();
        _ = ServeAsync();
    }

    public string Address { get; }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
                _ = AnswerAsync(await listener.GetContextAsync());
        }
        catch (Exception ended) when (ended is HttpListenerException or ObjectDisposedException)
        {
            // Disposed: nobody asks any more.
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            // Digests that release servers have beside their files: this one has none.
            if (Path.GetFileName(context.Request.Url!.AbsolutePath) != Path.GetFileName(tarball))
            {
                context.Response.StatusCode = 404;
                context.Response.Close();
                return;
            }

            await using FileStream file = File.OpenRead(tarball);
            context.Response.ContentLength64 = file.Length;
            if (context.Request.HttpMethod != "HEAD")
                await file.CopyToAsync(context.Response.OutputStream);
            context.Response.Close();
        }
        catch (Exception left) when (left is HttpListenerException or IOException)
        {
            context.Response.Abort(); // the client had enough
        }
    }

    private static int FreePort()
    {
        using TcpListener probe = new(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    public void Dispose() => listener.Close();
}
