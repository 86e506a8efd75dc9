using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace NodeForge.Engines.Connecting;

/// <summary>TLS as the docker command configures it: ca.pem, cert.pem and key.pem in one folder.</summary>
internal static class EngineCertificates
{
    public static SslClientAuthenticationOptions Options(EngineEndpoint endpoint)
    {
        EngineTls tls = endpoint.Tls ?? new(string.Empty, Verify: true);
        SslClientAuthenticationOptions options = new() { TargetHost = endpoint.Address.Host };
        try
        {
            if (Present(tls, "cert.pem") is { } certificate)
            {
                using X509Certificate2 own = X509Certificate2.CreateFromPemFile(certificate, Path.Combine(tls.Folder, "key.pem"));
                // SslStream wants a key that the platform holds, not one that lives in the PEM's object.
                X509Certificate2 usable = X509CertificateLoader.LoadPkcs12(own.Export(X509ContentType.Pkcs12), password: null);
                options.ClientCertificateContext = SslStreamCertificateContext.Create(usable, additionalCertificates: null, offline: true);
            }

            Trust(tls, options);
        }
        catch (Exception failure) when (failure is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw EngineFailure.OfTls(endpoint, $"{tls.Folder}: {failure.Message}", failure);
        }

        return options;
    }

    private static void Trust(EngineTls tls, SslClientAuthenticationOptions options)
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
        policy.CustomTrustStore.ImportFromPemFile(authority);
        options.CertificateChainPolicy = policy;
    }

    private static string? Present(EngineTls tls, string name)
    {
        string path = Path.Combine(tls.Folder, name);
        return tls.Folder.Length > 0 && File.Exists(path) ? path : null;
    }
}
