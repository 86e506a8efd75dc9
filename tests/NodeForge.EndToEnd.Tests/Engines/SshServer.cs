using System.Globalization;
using System.Net;
using System.Net.Sockets;
using NodeForge.EndToEnd.Tests.NodeImages;
using NodeForge.Engines.Connecting;

namespace NodeForge.EndToEnd.Tests.Engines;

/// <summary>An OpenSSH server on this machine that lets this user in with a key of the tests' own; nothing of the user's own is read or
/// written.</summary>
public sealed class SshServer : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("nf-ssh-").FullName;
    private Service? service;

    public int Port { get; } = FreePort();

    public string User => Environment.UserName;

    /// <summary>The engine of this process, told to the far docker by its socket.</summary>
    public string Address =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"ssh://{User}@127.0.0.1:{Port}{new EngineDiscovery(HostEnvironment.FromProcess()).Find().Address.AbsolutePath}"
        );

    public async ValueTask InitializeAsync()
    {
        foreach (string key in new[] { "host", "user", "bare" })
            await ProgramRun.OutputAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", Path.Combine(folder, key));
        string host = await File.ReadAllTextAsync(Path.Combine(folder, "host.pub"));
        await File.WriteAllTextAsync(
            Path.Combine(folder, "known"),
            string.Create(CultureInfo.InvariantCulture, $"[127.0.0.1]:{Port} {host}")
        );
        // The second key stands for a host without docker.
        await File.WriteAllTextAsync(
            Path.Combine(folder, "authorized"),
            $"""
            {await File.ReadAllTextAsync(Path.Combine(folder, "user.pub"))}
            command="PATH=/nonexistent; $SSH_ORIGINAL_COMMAND" {await File.ReadAllTextAsync(Path.Combine(folder, "bare.pub"))}
            """
        );
        await File.WriteAllTextAsync(
            Path.Combine(folder, "sshd_config"),
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                Port {Port}
                ListenAddress 127.0.0.1
                HostKey {folder}/host
                AuthorizedKeysFile {folder}/authorized
                PidFile none
                StrictModes no
                UsePAM no
                PermitRootLogin prohibit-password
                PasswordAuthentication no
                """
            )
        );
        // Where the server gives up its rights; the package's service would make it.
        Directory.CreateDirectory("/run/sshd");
        service = await Service.StartAsync(
            ["/usr/sbin/sshd", "-D", "-e", "-f", Path.Combine(folder, "sshd_config")],
            new Dictionary<string, string?>(),
            ListensAsync
        );
        await WriteClientAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (service is not null)
            await service.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>What makes a command reach an engine through this server.</summary>
    /// <param name="address">The engine's address.</param>
    /// <param name="key">"user", or "bare" for a far side that has no docker.</param>
    /// <param name="known">Whether the server's key is known here.</param>
    internal IReadOnlyDictionary<string, string?> Variables(string address, string key = "user", bool known = true) =>
        new Dictionary<string, string?>
        {
            ["DOCKER_HOST"] = address,
            ["PATH"] = $"{folder}/bin:{Environment.GetEnvironmentVariable("PATH")}",
            ["SSH_AUTH_SOCK"] = null,
            ["NF_SSH_KEY"] = Path.Combine(folder, key),
            ["NF_SSH_KNOWN"] = known ? Path.Combine(folder, "known") : "/dev/null",
        };

    // OpenSSH looks into the home folder of the user's entry, whatever HOME says: only options lead it elsewhere.
    private async Task WriteClientAsync()
    {
        string client = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "bin")).FullName, "ssh");
        await File.WriteAllTextAsync(
            client,
            """
            #!/bin/sh
            exec /usr/bin/ssh -F none -o IdentitiesOnly=yes -o "IdentityFile=$NF_SSH_KEY" -o "UserKnownHostsFile=$NF_SSH_KNOWN" -o GlobalKnownHostsFile=none "$@"

            """
        );
        File.SetUnixFileMode(client, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private async Task<bool> ListensAsync()
    {
        using TcpClient client = new();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    internal static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
