using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using NodeForge.Oci.Registry;
using NodeForge.TestSupport.Http;

namespace NodeForge.Oci.Tests.Registry;

/// <summary>Servers on loopback under the names of a test, and clients for which those names lead there.</summary>
internal static class ScriptedHosts
{
    public static string HostOf(ScriptedServer server) => new Uri(server.Address).Authority;

    public static ImageReference Reference(ScriptedServer server, string rest) => ImageReference.Parse($"{HostOf(server)}/{rest}");

    /// <summary>A handler that trusts the certificates made here and finds names at servers; names that it does not know are looked
    /// up.</summary>
    public static SocketsHttpHandler Handler(params (string Host, ScriptedServer Server)[] hosts)
    {
        SocketsHttpHandler handler = RegistryClient.CreateHandler();
        handler.UseProxy = false;
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
            certificate?.Subject.EndsWith(".test", StringComparison.Ordinal) == true;
        handler.ConnectCallback = async (context, cancellationToken) =>
        {
            (string Host, ScriptedServer Server) found = hosts.FirstOrDefault(host => host.Host == context.DnsEndPoint.Host);
            Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
            if (found.Server is null)
                await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            else
                await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, new Uri(found.Server.Address).Port), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        };
        return handler;
    }

    public static X509Certificate2 Certificate(string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=" + name, key, HashAlgorithmName.SHA256);
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using X509Certificate2 made = request.CreateSelfSigned(now.AddHours(-1), now.AddHours(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
