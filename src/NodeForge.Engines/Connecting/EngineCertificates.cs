using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using NodeForge.Oci.Content;

namespace NodeForge.Engines.Connecting;

/// <summary>TLS as the docker command configures it: ca.pem, cert.pem and key.pem in one folder.</summary>
internal static class EngineCertificates
{
    private const int LongestFile = 4 << 20; // a bundle of all public authorities has 0.2 MiB

    public static SslClientAuthenticationOptions Options(EngineEndpoint endpoint)
    {
        EngineTls tls = endpoint.Tls ?? new(string.Empty, Verify: true);
        SslClientAuthenticationOptions options = new() { TargetHost = endpoint.Address.Host };
        try
        {
            if (Present(tls, "cert.pem") is { } certificate)
            {
                using X509Certificate2 own = X509Certificate2.CreateFromPem(
                    Text(endpoint, certificate),
                    Text(endpoint, Path.Combine(tls.Folder, "key.pem"))
                );
                // SslStream wants a key that the platform holds, not one that lives in the PEM's object.
                X509Certificate2 usable = X509CertificateLoader.LoadPkcs12(own.Export(X509ContentType.Pkcs12), password: null);
                options.ClientCertificateContext = SslStreamCertificateContext.Create(usable, additionalCertificates: null, offline: true);
            }

            Trust(endpoint, tls, options);
        }
        catch (Exception failure) when (failure is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw EngineFailure.OfTls(endpoint, $"{tls.Folder}: {failure.Message}", failure);
        }

        return options;
    }

    private static void Trust(EngineEndpoint endpoint, EngineTls tls, SslClientAuthenticationOptions options)
    {
        if (!tls.Verify)
        {
            // The user said so: DOCKER_TLS without DOCKER_TLS_VERIFY and without an authority, or a context that skips the check.
#pragma warning disable CA5359 // certificate validation is off on request
            options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
            return;
        }

        if (Present(tls, "ca.pem") is not { } authority)
            return;
        X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPem(Text(endpoint, authority));
        options.CertificateChainPolicy = policy;
    }

    private static string Text(EngineEndpoint endpoint, string path) =>
        Encoding.UTF8.GetString(
            RegularFile.ReadSmall(path, LongestFile, length => EngineFailure.OfTls(endpoint, $"{path} has {length} bytes", null))
        );

    private static string? Present(EngineTls tls, string name)
    {
        string path = Path.Combine(tls.Folder, name);
        return tls.Folder.Length > 0 && File.Exists(path) ? path : null;
    }
}
