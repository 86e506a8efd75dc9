using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using NodeForge.Bundles.Reading;
using NodeForge.Oci;

namespace NodeForge.Bundles.Serving;

/// <summary>A registry out of a bundle, for the other machines behind the gap. Nothing is unpacked, and nothing is taken.</summary>
public sealed class BundleServer : IDisposable
{
    private readonly HttpServer server;

    private BundleServer(HttpServer server, bool secure)
    {
        this.server = server;
        Address = $"{(secure ? "https" : "http")}://{server.Endpoint}";
    }

    /// <summary>Where it answers, with the port that it was given.</summary>
    public string Address { get; }

    /// <summary>Listens; nobody is answered before <see cref="RunAsync"/>.</summary>
    /// <param name="bundle">Its files stay where they are.</param>
    /// <param name="listen"><c>ADDRESS:PORT</c>; <c>localhost</c> and <c>*</c> are addresses too, and port 0 a free one.</param>
    /// <param name="certificate">With TLS; null without.</param>
    /// <param name="reporter">Hears of content that cannot be given.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.BundleNotServed"/>.</exception>
    public static BundleServer Listen(BundleFile bundle, string listen, ServerCertificate? certificate, IForgeReporter reporter)
    {
        IPEndPoint endpoint = Parse(listen);
        BundleRegistry registry = new(bundle);
        try
        {
            HttpServer server = new(
                endpoint,
                certificate?.Context,
                registry.Answer,
                wrong => wrong.Diagnostics.ToList().ForEach(reporter.Warn),
                new HttpLimits()
            );
            return new(server, certificate is not null);
        }
        catch (SocketException refused)
        {
            throw NotServed(listen, refused.Message, null, refused);
        }
    }

    /// <summary>Answers until it is told to stop.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => server.RunAsync(cancellationToken);

    public void Dispose() => server.Dispose();

    private static IPEndPoint Parse(string listen)
    {
        int colon = listen.LastIndexOf(':');
        string host = colon < 0 ? listen : listen[..colon];
        string address = host switch
        {
            "localhost" => "127.0.0.1",
            "*" or "" => "[::]",
            _ => host,
        };
        return colon >= 0 && IPEndPoint.TryParse(address + listen[colon..], out IPEndPoint? endpoint)
            ? endpoint
            : throw NotServed(
                listen,
                "no address and port",
                "ADDRESS:PORT: 127.0.0.1:5000, [::1]:5000, *:5000 for every address of this machine",
                null
            );
    }

    private static NodeForgeException NotServed(string listen, string got, string? want, Exception? inner) =>
        new(
            new Diagnostic(ErrorCodes.BundleNotServed, "nobody can be served there")
            {
                Where = new(listen),
                Got = got,
                Want = want,
                Hint = "choose another with --listen ADDRESS:PORT",
            },
            inner
        );
}
