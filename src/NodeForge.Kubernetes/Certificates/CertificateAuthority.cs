using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace NodeForge.Kubernetes.Certificates;

/// <summary>A certificate with its key, as PEM.</summary>
public sealed record KeyPair(string Certificate, string Key);

/// <summary>One of a cluster's authorities. Keys are of P-256: made in a fraction of a millisecond where RSA takes a tenth of a
/// second.</summary>
public sealed class CertificateAuthority : IDisposable
{
    // A clock in a node, a virtual machine's above all, may be behind this one's.
    public static readonly TimeSpan Skew = TimeSpan.FromHours(1);

    // As long as kubeadm's authorities: nobody renews the certificates of a cluster in containers, and a stopped one may be started years
    // on.
    private const int Years = 10;

    private readonly X509Certificate2 certificate;
    private readonly ECDsa key;

    private CertificateAuthority(X509Certificate2 certificate, ECDsa key) => (this.certificate, this.key) = (certificate, key);

    public KeyPair Pair => new(Pem(certificate), KeyPem(key));

    public static CertificateAuthority Create(string name, TimeProvider clock)
    {
        ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true)
        );
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(
                X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment | X509KeyUsageFlags.KeyCertSign,
                critical: true
            )
        );
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        DateTimeOffset now = clock.GetUtcNow();
        return new(request.CreateSelfSigned(now - Skew, now.AddYears(Years)), key);
    }

    /// <summary>Takes an authority up again.</summary>
    /// <exception cref="CryptographicException">It is no certificate with its elliptic key.</exception>
    public static CertificateAuthority Of(KeyPair pair)
    {
        ECDsa key = ECDsa.Create();
        key.ImportFromPem(pair.Key);
        return new(X509Certificate2.CreateFromPem(pair.Certificate, pair.Key), key);
    }

    /// <summary>Issues a certificate that its holder shows as a client.</summary>
    public KeyPair Client(string name, TimeProvider clock, string? organization = null) =>
        Issue(name, organization, [ClientUse], null, clock);

    /// <summary>Issues a certificate for a server; etcd's and the kubelet's show theirs as clients too.</summary>
    public KeyPair Server(
        string name,
        IEnumerable<string> names,
        IEnumerable<IPAddress> addresses,
        TimeProvider clock,
        string? organization = null
    )
    {
        SubjectAlternativeNameBuilder alternatives = new();
        foreach (string alternative in names.Distinct())
            alternatives.AddDnsName(alternative);
        foreach (IPAddress address in addresses.Distinct())
            alternatives.AddIpAddress(address);
        return Issue(name, organization, [ServerUse, ClientUse], alternatives.Build(), clock);
    }

    public void Dispose()
    {
        certificate.Dispose();
        key.Dispose();
    }

    // RFC 5280 section 4.2.1.12
    private static readonly Oid ServerUse = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid ClientUse = new("1.3.6.1.5.5.7.3.2");

    private KeyPair Issue(string name, string? organization, OidCollection uses, X509Extension? alternatives, TimeProvider clock)
    {
        using ECDsa own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        X500DistinguishedNameBuilder subject = new();
        if (organization is not null)
            subject.AddOrganizationName(organization);
        subject.AddCommonName(name);
        CertificateRequest request = new(subject.Build(), own, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, critical: true)
        );
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(uses, critical: false));
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(
            X509AuthorityKeyIdentifierExtension.CreateFromCertificate(
                certificate,
                includeKeyIdentifier: true,
                includeIssuerAndSerial: false
            )
        );
        if (alternatives is not null)
            request.CertificateExtensions.Add(alternatives);
        using X509Certificate2 issued = request.Create(
            certificate,
            clock.GetUtcNow() - Skew + TimeSpan.FromSeconds(1),
            certificate.NotAfter,
            RandomNumberGenerator.GetBytes(16)
        );
        return new(Pem(issued), KeyPem(own));
    }

    private static string Pem(X509Certificate2 certificate) => certificate.ExportCertificatePem() + "\n";

    private static string KeyPem(ECDsa key) => key.ExportECPrivateKeyPem() + "\n";
}
