using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using NodeForge.Oci.Content;

namespace NodeForge.Bundles.Serving;

/// <summary>What a server shows to its clients: a certificate with those that vouch for it, and the key to it.</summary>
public sealed class ServerCertificate : IDisposable
{
    private const int Longest = 1 << 20; // bytes
    private readonly X509Certificate2 own;

    private ServerCertificate(X509Certificate2 own, X509Certificate2Collection chain)
    {
        this.own = own;
        Context = SslStreamCertificateContext.Create(own, chain, offline: true);
    }

    internal SslStreamCertificateContext Context { get; }

    /// <param name="certificate">A file in PEM; the server's own first, then those between it and an authority.</param>
    /// <param name="key">Its private key, in PEM.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ServerCertificateUnusable"/>,
    /// <see cref="ErrorCodes.PathNotUsable"/>.</exception>
    public static ServerCertificate Read(string certificate, string key)
    {
        string text = ReadText(certificate);
        string secret = ReadText(key);
        try
        {
            X509Certificate2Collection chain = [];
            chain.ImportFromPem(text);
            if (chain.Count > 0)
                chain.RemoveAt(0);
            return new(X509Certificate2.CreateFromPem(text, secret), chain);
        }
        catch (Exception wrong) when (wrong is CryptographicException or ArgumentException)
        {
            throw Unusable(certificate, $"{wrong.Message} ({key})", wrong);
        }
    }

    private static string ReadText(string path) =>
        System.Text.Encoding.Latin1.GetString(RegularFile.ReadSmall(path, Longest, length => Unusable(path, $"{length} bytes", null)));

    private static NodeForgeException Unusable(string path, string got, Exception? inner) =>
        new(
            new Diagnostic(ErrorCodes.ServerCertificateUnusable, "the certificate and the key cannot be used")
            {
                Where = new(path),
                Got = got,
                Want = "a certificate and its private key, both in PEM, the key without a password",
                Hint = ErrorCodes.ServerCertificateUnusable.Remedy,
            },
            inner
        );

    public void Dispose() => own.Dispose();
}
