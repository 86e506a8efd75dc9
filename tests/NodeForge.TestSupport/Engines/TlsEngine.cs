using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using NodeForge.Engines.Connecting;

namespace NodeForge.TestSupport.Engines;

/// <summary>An engine's socket behind a TLS port, as dockerd serves it with --tlsverify: only who shows a certificate of its authority gets
/// in.</summary>
public sealed class TlsEngine : IAsyncDisposable
{
    private readonly string socketPath;
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource ending = new();
    private readonly ConcurrentBag<Task> conversations = [];
    private readonly X509Certificate2 authority;
    private readonly X509Certificate2 server;
    private readonly Task accepting;

    public TlsEngine(string socketPath)
    {
        this.socketPath = socketPath;
        authority = Make("CN=authority", null);
        server = Make("CN=engine", authority);
        using X509Certificate2 client = Make("CN=client", authority);
        File.WriteAllText(Path.Combine(Folder, "ca.pem"), authority.ExportCertificatePem());
        File.WriteAllText(Path.Combine(Folder, "cert.pem"), client.ExportCertificatePem());
        using ECDsa key = client.GetECDsaPrivateKey()!;
        File.WriteAllText(Path.Combine(Folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>What DOCKER_CERT_PATH would name: ca.pem, cert.pem and key.pem.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("nf-tls-").FullName;

    public EngineEndpoint Endpoint =>
        EngineEndpoint.Parse(
            string.Create(CultureInfo.InvariantCulture, $"tcp://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"),
            "test",
            new(Folder, Verify: true)
        );

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        listener.Stop();
        await accepting;
        await Task.WhenAll(conversations);
        ending.Dispose();
        server.Dispose();
        authority.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                TcpClient client = await listener.AcceptTcpClientAsync(ending.Token);
                conversations.Add(Task.Run(() => CarryAsync(client)));
            }
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task CarryAsync(TcpClient client)
    {
        using TcpClient accepted = client;
        using Socket engine = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await using SslStream tls = new(accepted.GetStream());
            await tls.AuthenticateAsServerAsync(Options(), ending.Token);
            await engine.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), ending.Token);
            await using NetworkStream plain = new(engine);
            await Task.WhenAll(UpAsync(), DownAsync());

            async Task UpAsync()
            {
                await tls.CopyToAsync(plain, ending.Token);
                engine.Shutdown(SocketShutdown.Send);
            }

            async Task DownAsync()
            {
                await plain.CopyToAsync(tls, ending.Token);
                await tls.ShutdownAsync();
                accepted.Client.Shutdown(SocketShutdown.Send);
            }
        }
        catch (Exception end)
            when (end is OperationCanceledException or IOException or SocketException or AuthenticationException or ObjectDisposedException)
        {
            // One side has gone, or was not let in.
        }
    }

    private SslServerAuthenticationOptions Options()
    {
        X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(authority);
        return new()
        {
            ServerCertificate = server,
            ClientCertificateRequired = true,
            CertificateChainPolicy = policy,
        };
    }

    private static X509Certificate2 Make(string name, X509Certificate2? issuer)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new(name, key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: issuer is null, false, 0, true));
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 made = issuer is null
            ? request.CreateSelfSigned(now.AddHours(-1), now.AddHours(2))
            : WithKey(request.Create(issuer, now.AddHours(-1), now.AddHours(1), RandomNumberGenerator.GetBytes(8)), key);
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }

    private static X509Certificate2 WithKey(X509Certificate2 bare, ECDsa key)
    {
        using (bare)
            return bare.CopyWithPrivateKey(key);
    }
}
