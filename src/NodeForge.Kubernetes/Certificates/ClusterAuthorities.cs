using System.Security.Cryptography;

namespace NodeForge.Kubernetes.Certificates;

/// <summary>What every certificate of a cluster hangs on: kubeadm's three authorities and the key that signs service account
/// tokens.</summary>
public sealed class ClusterAuthorities : IDisposable
{
    // kubeadm before 1.21 reads only RSA here.
    private const int ServiceAccountKeyBits = 2048;

    private ClusterAuthorities(TimeProvider clock)
    {
        Clock = clock;
        Cluster = CertificateAuthority.Create("kubernetes", clock);
        Etcd = CertificateAuthority.Create("etcd-ca", clock);
        FrontProxy = CertificateAuthority.Create("front-proxy-ca", clock);
        using RSA accounts = RSA.Create(ServiceAccountKeyBits);
        ServiceAccounts = new(accounts.ExportSubjectPublicKeyInfoPem() + "\n", accounts.ExportRSAPrivateKeyPem() + "\n");
    }

    private ClusterAuthorities(TimeProvider clock, Func<string, KeyPair> pair)
    {
        Clock = clock;
        Cluster = CertificateAuthority.Of(pair("ca"));
        Etcd = CertificateAuthority.Of(pair("etcd/ca"));
        FrontProxy = CertificateAuthority.Of(pair("front-proxy-ca"));
        ServiceAccounts = pair("sa");
    }

    public TimeProvider Clock { get; }

    public CertificateAuthority Cluster { get; }

    public CertificateAuthority Etcd { get; }

    public CertificateAuthority FrontProxy { get; }

    /// <summary>The public key stands in the certificate's place.</summary>
    public KeyPair ServiceAccounts { get; }

    public static ClusterAuthorities Create(TimeProvider clock) => new(clock);

    /// <summary>Takes a cluster's authorities up again.</summary>
    /// <param name="pair">Finds a pair by its name below /etc/kubernetes/pki.</param>
    public static ClusterAuthorities Of(Func<string, KeyPair> pair, TimeProvider clock) => new(clock, pair);

    /// <summary>What an administrator of the cluster shows.</summary>
    public KeyPair Administrator() => Cluster.Client("kubernetes-admin", Clock, "system:masters");

    public void Dispose()
    {
        Cluster.Dispose();
        Etcd.Dispose();
        FrontProxy.Dispose();
    }
}
