using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using NodeForge.Oci.Registry;
using static NodeForge.Oci.Tests.Registry.RegistryFixture;

namespace NodeForge.Oci.Tests.Registry;

public sealed class TrustingARegistryTests
{
    [Fact]
    public async Task A_certificate_of_nobody_is_refused_and_is_not_worth_another_try()
    {
        using X509Certificate2 certificate = SelfSigned("registry.test");
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Task<Exception?> serving = ServeAsync(listener, certificate);
        using SocketsHttpHandler handler = Handler(listener);
        using RegistryClient client = new(handler, new() { Credentials = NoCredentials.Instance });

        Diagnostic told = await FailsAsync(
            ErrorCodes.RegistryCertificateRefused,
            () => client.GetManifestAsync(Reference(), CancellationToken.None),
            transient: false
        );

        Assert.Equal("the connection to registry.test is not trusted", told.What);
        Assert.StartsWith("https://registry.test/", told.Where!.Resource, StringComparison.Ordinal);
        Assert.Contains("certificate", told.Got, StringComparison.OrdinalIgnoreCase);
        Assert.NotNull(await serving);
    }

    [Fact]
    public async Task A_registry_that_hangs_up_before_it_shows_a_certificate_is_told_with_its_name()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Task hangingUp = Task.Run(async () => (await listener.AcceptTcpClientAsync()).Dispose());
        using SocketsHttpHandler handler = Handler(listener);
        using RegistryClient client = new(handler, new() { Credentials = NoCredentials.Instance });
        NodeForgeException failure = await Assert.ThrowsAsync<NodeForgeException>(() =>
            client.GetManifestAsync(Reference(), CancellationToken.None)
        );
        Assert.Equal(ExitCode.Network, failure.ExitCode);
        Assert.Contains("registry.test", failure.Message, StringComparison.Ordinal);
        await hangingUp;
    }

    private static ImageReference Reference() => ImageReference.Parse("registry.test/a:v1");

    // The name is nobody's; the connection goes to the listener, whatever it is.
    private static SocketsHttpHandler Handler(TcpListener listener)
    {
        SocketsHttpHandler handler = RegistryClient.CreateHandler();
        handler.UseProxy = false;
        handler.ConnectCallback = async (_, cancellationToken) =>
        {
            Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync((IPEndPoint)listener.LocalEndpoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        };
        return handler;
    }

    private static async Task<Exception?> ServeAsync(TcpListener listener, X509Certificate2 certificate)
    {
        using TcpClient client = await listener.AcceptTcpClientAsync();
        await using SslStream tls = new(client.GetStream());
        try
        {
            await tls.AuthenticateAsServerAsync(certificate);
            return await tls.ReadAsync(new byte[1]) == 0 ? new IOException("the client hung up") : null;
        }
        catch (Exception refused) when (refused is IOException or AuthenticationException)
        {
            return refused;
        }
    }

    private static X509Certificate2 SelfSigned(string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=" + name, key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 made = request.CreateSelfSigned(now.AddHours(-1), now.AddHours(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
