using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using NodeForge.Engines.Connecting;
using NodeForge.TestSupport.Engines;

namespace NodeForge.Engines.Tests;

public sealed class ConnectingToTheEngine
{
    [Theory]
    [InlineData("1.41", "1.41")]
    [InlineData("1.44", "1.44")]
    [InlineData("1.99", "1.51")]
    public async Task The_newest_version_that_both_sides_know_is_agreed(string offered, string agreed)
    {
        await using ScriptedEngine engine = new(offered);
        using EngineClient client = await engine.ConnectAsync();
        Assert.Equal(agreed, client.ApiVersion.ToString());
    }

    [Fact]
    public async Task An_engine_that_is_too_old_is_refused_with_both_versions()
    {
        await using ScriptedEngine engine = new("1.39");
        Diagnostic problem = await FailsAsync(engine.Endpoint);
        Assert.Equal(ErrorCodes.EngineTooOld, problem.Code);
        Assert.Equal("API 1.39", problem.Got);
        Assert.Equal("API 1.41 or later", problem.Want);
    }

    [Fact]
    public async Task A_socket_that_is_not_there_is_named()
    {
        Diagnostic problem = await FailsAsync(EngineEndpoint.Parse("unix:///nonexistent/docker.sock", "DOCKER_HOST"));
        Assert.Equal(ErrorCodes.EngineUnreachable, problem.Code);
        Assert.Equal("unix:///nonexistent/docker.sock (DOCKER_HOST)", problem.Where?.Resource);
        Assert.NotNull(problem.Hint);
    }

    [Fact]
    public async Task A_socket_that_this_user_may_not_open_names_the_group_to_join()
    {
        if (Environment.UserName == "root")
        {
            // Nothing is forbidden to root: only what the kernel would answer can be asked.
            EngineEndpoint endpoint = EngineEndpoint.Parse("unix:///run/docker.sock", "DOCKER_HOST");
            AssertForbidden(
                EngineFailure.OfSocket(endpoint, new SocketException((int)SocketError.AccessDenied)).Diagnostics[0],
                "unix:///run/docker.sock (DOCKER_HOST)"
            );
            return;
        }

        await using ScriptedEngine engine = new();
        File.SetUnixFileMode(engine.SocketPath, UnixFileMode.None);
        AssertForbidden(await FailsAsync(engine.Endpoint), engine.Endpoint.ToString());

        static void AssertForbidden(Diagnostic problem, string where)
        {
            Assert.Equal((ErrorCodes.EngineForbidden, where), (problem.Code, problem.Where?.Resource));
            Assert.Contains("usermod -aG docker", problem.Hint, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_port_where_nobody_listens_is_named()
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        taken.Stop();
        Diagnostic problem = await FailsAsync(EngineEndpoint.Parse($"tcp://127.0.0.1:{port}", "DOCKER_HOST"));
        Assert.Equal(ErrorCodes.EngineUnreachable, problem.Code);
    }

    [Fact]
    public async Task An_engine_that_hangs_up_is_reported_as_lost()
    {
        await using ScriptedEngine engine = new();
        engine.On(
            "GET /_ping",
            call =>
            {
                call.Drop();
                return Task.CompletedTask;
            }
        );
        Diagnostic problem = await FailsAsync(engine.Endpoint);
        Assert.Equal(ErrorCodes.EngineLost, problem.Code);
        Assert.Equal("GET /_ping", problem.Where?.Detail);
    }

    [Fact]
    public async Task A_context_with_TLS_checks_the_engine_s_certificate_against_its_own_authority()
    {
        string folder = Directory.CreateTempSubdirectory("nf-tls-").FullName;
        try
        {
            using X509Certificate2 server = SelfSigned("127.0.0.1", folder);
            using TcpListener listener = new(IPAddress.Loopback, 0);
            listener.Start();
            Task serving = ServeTlsAsync(listener, server);
            int port = ((IPEndPoint)listener.LocalEndpoint).Port;
            using EngineClient client = await EngineClient.ConnectAsync(
                EngineEndpoint.Parse($"tcp://127.0.0.1:{port}", "test", new(folder, Verify: true)),
                CancellationToken.None
            );
            Assert.Equal("1.41", client.ApiVersion.ToString());
            await serving;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_certificate_of_another_authority_is_refused()
    {
        string trusted = Directory.CreateTempSubdirectory("nf-tls-").FullName;
        string foreign = Directory.CreateTempSubdirectory("nf-tls-").FullName;
        try
        {
            using X509Certificate2 ours = SelfSigned("127.0.0.1", trusted);
            using X509Certificate2 theirs = SelfSigned("127.0.0.1", foreign);
            using TcpListener listener = new(IPAddress.Loopback, 0);
            listener.Start();
            Task serving = ServeTlsAsync(listener, theirs);
            int port = ((IPEndPoint)listener.LocalEndpoint).Port;
            Diagnostic problem = await FailsAsync(EngineEndpoint.Parse($"tcp://127.0.0.1:{port}", "test", new(trusted, Verify: true)));
            Assert.Equal(ErrorCodes.EngineTlsFailed, problem.Code);
            await Assert.ThrowsAnyAsync<Exception>(() => serving);
        }
        finally
        {
            Directory.Delete(trusted, recursive: true);
            Directory.Delete(foreign, recursive: true);
        }
    }

    [Fact]
    public async Task An_engine_that_asks_for_a_certificate_is_shown_the_user_s()
    {
        await using ScriptedEngine engine = new();
        await using TlsEngine tls = new(engine.SocketPath);
        using EngineClient client = await EngineClient.ConnectAsync(tls.Endpoint, CancellationToken.None);
        Assert.Equal("1.41", client.ApiVersion.ToString());
    }

    [Fact]
    public async Task Without_a_certificate_or_with_one_of_another_authority_nobody_gets_in()
    {
        await using ScriptedEngine engine = new();
        await using TlsEngine tls = new(engine.SocketPath);
        await using TlsEngine other = new(engine.SocketPath);
        foreach (string file in new[] { "cert.pem", "key.pem" })
            File.Copy(Path.Combine(other.Folder, file), Path.Combine(tls.Folder, file), overwrite: true);
        Assert.Contains((await FailsAsync(tls.Endpoint)).Code, new[] { ErrorCodes.EngineTlsFailed, ErrorCodes.EngineLost });
        File.Delete(Path.Combine(tls.Folder, "cert.pem"));
        Assert.Contains((await FailsAsync(tls.Endpoint)).Code, new[] { ErrorCodes.EngineTlsFailed, ErrorCodes.EngineLost });
        Assert.Empty(engine.Requests);
    }

    private static async Task<Diagnostic> FailsAsync(EngineEndpoint endpoint) =>
        (await Assert.ThrowsAsync<NodeForgeException>(() => EngineClient.ConnectAsync(endpoint, CancellationToken.None))).Diagnostics[0];

    private static X509Certificate2 SelfSigned(string address, string folder)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=engine", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddIpAddress(IPAddress.Parse(address));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, true));
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 made = request.CreateSelfSigned(now.AddHours(-1), now.AddHours(1));
        File.WriteAllText(Path.Combine(folder, "ca.pem"), made.ExportCertificatePem());
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    private static async Task ServeTlsAsync(TcpListener listener, X509Certificate2 certificate)
    {
        using TcpClient client = await listener.AcceptTcpClientAsync();
        await using SslStream tls = new(client.GetStream());
        await tls.AuthenticateAsServerAsync(certificate);
        byte[] request = new byte[4096];
        if (await tls.ReadAsync(request) == 0)
            throw new IOException("the client hung up");
        await tls.WriteAsync(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Length: 2\r\n\r\nOK"));
    }
}
