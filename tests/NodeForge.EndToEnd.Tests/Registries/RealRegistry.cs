using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using NodeForge.EndToEnd.Tests.Containerd;
using NodeForge.EndToEnd.Tests.NodeImages;

namespace NodeForge.EndToEnd.Tests.Registries;

/// <summary>Debian trixie's registry (CNCF distribution) on loopback, while a test runs.</summary>
internal sealed class RealRegistry : IDisposable
{
    private readonly Process process;

    private RealRegistry(Process process, string host) => (this.process, Host) = (process, host);

    /// <summary>Host and port, as in a reference.</summary>
    public string Host { get; }

    /// <param name="folder">Where it keeps what it is given.</param>
    /// <param name="users">A file as htpasswd writes it, of those who may come in; null lets in everybody.</param>
    public static async Task<RealRegistry> StartAsync(string folder, string? users = null)
    {
        string program = Path.Combine(await DebianPackages.UnpackAsync("trixie", "docker-registry"), "usr/bin/docker-registry");
        string host = $"127.0.0.1:{FreePort()}";
        string settings = Path.Combine(folder, "registry.yml");
        await File.WriteAllTextAsync(
            settings,
            $$"""
            version: 0.1
            log: {level: error}
            storage: {filesystem: {rootdirectory: {{folder}}/registry} }
            http: {addr: {{host}} }
            {{(users is null ? "" : $"auth: {{htpasswd: {{realm: site, path: {users}}} }}")}}
            """
        );
        RealRegistry registry = new(ProgramRun.Start([program, "serve", settings]), host);
        _ = registry.process.StandardError.ReadToEndAsync();
        _ = registry.process.StandardOutput.ReadToEndAsync();
        using HttpClient client = new();
        for (int tries = 0; ; tries++)
        {
            try
            {
                using HttpResponseMessage answer = await client.GetAsync(new Uri($"http://{host}/v2/"));
                return registry;
            }
            catch (HttpRequestException) when (tries < 100 && !registry.process.HasExited)
            {
                await Task.Delay(100);
            }
        }
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }
}
