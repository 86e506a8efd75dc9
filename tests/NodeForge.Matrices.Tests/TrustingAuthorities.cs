using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using NodeForge.Documents.Yaml;
using NodeForge.Matrices.Emission;

namespace NodeForge.Matrices.Tests;

/// <summary>Certificates that pods are to trust, out of a file that somebody has.</summary>
public sealed class TrustingAuthorities : IDisposable
{
    private readonly MatrixRoom room = new();

    public void Dispose() => room.Dispose();

    [Fact]
    public void Certificates_are_taken_and_the_key_beside_them_is_not()
    {
        (string one, string key) = Authority("one");
        (string two, _) = Authority("two");
        Assert.Equal($"{one}\n{two}\n", Authorities.Read(Saved($"of one\n{one}\n{key}\n{two}\n")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    public void A_file_without_certificates_is_refused(string text)
    {
        string path = Saved(text);
        Diagnostic refused = Assert.Single(Assert.Throws<NodeForgeException>(() => Authorities.Read(path)).Diagnostics);
        Assert.Equal((ErrorCodes.MatrixAuthoritiesUnreadable, path), (refused.Code, refused.Where?.ToString()));
    }

    [Fact]
    public void A_key_alone_is_refused_and_not_shown()
    {
        (_, string key) = Authority("one");
        NodeForgeException refused = Assert.Throws<NodeForgeException>(() => Authorities.Read(Saved(key)));
        Assert.True(refused.Is(ErrorCodes.MatrixAuthoritiesUnreadable));
        Assert.DoesNotContain(key.Split('\n')[1], refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_refused() =>
        Assert.True(
            Assert.Throws<NodeForgeException>(() => Authorities.Read(Path.Combine(room.Folder, "none"))).Is(ErrorCodes.PathNotUsable)
        );

    [Fact]
    public void A_file_without_end_is_refused_and_not_read()
    {
        Assert.True(Assert.Throws<NodeForgeException>(() => Authorities.Read("/dev/zero")).Is(ErrorCodes.PathNotUsable));
        NodeForgeException refused = Assert.Throws<NodeForgeException>(() => Authorities.Read(Saved(new string(' ', (512 << 10) + 1))));
        Assert.Equal((ErrorCodes.MatrixAuthoritiesUnreadable, "524289 bytes"), (refused.Diagnostics[0].Code, refused.Diagnostics[0].Got));
    }

    [Fact]
    public void Pods_without_them_are_told_of_none()
    {
        Matrix matrix = room.ReadLocked();
        ClusterTarget target = new("nodeforge:1", "docker://registry.example.com/cache");
        IReadOnlyDictionary<string, string> files = KubernetesManifests.Write(matrix, target);
        Assert.DoesNotContain("SSL_CERT_FILE", files["cells.yaml"], StringComparison.Ordinal);
        Assert.Null(YamlDocument.Read(files["files.yaml"])!["data"]);
    }

    [Fact]
    public void Pods_find_them_where_their_variable_says()
    {
        ClusterTarget target = new("nodeforge:1", "docker://registry.example.com/cache") { Authorities = "(certificates)\n" };
        IReadOnlyDictionary<string, string> files = KubernetesManifests.Write(room.ReadLocked(), target);
        JsonNode pod = YamlDocument.Read(files["cells.yaml"].Split("---\n")[0])!["spec"]!["template"]!["spec"]!;
        JsonNode container = pod["containers"]![0]!;
        string trusted = (string)container["env"]!.AsArray().Single(variable => (string?)variable!["name"] == "SSL_CERT_FILE")!["value"]!;
        JsonNode mount = container["volumeMounts"]!.AsArray().Single(mount => trusted.StartsWith((string)mount!["mountPath"]! + "/"))!;
        JsonNode volume = pod["volumes"]!.AsArray().Single(volume => (string?)volume!["name"] == (string?)mount["name"])!;
        JsonNode map = YamlDocument.Read(files["files.yaml"])!;
        Assert.Equal((string?)map["metadata"]!["name"], (string?)volume["configMap"]!["name"]);
        Assert.Equal("(certificates)\n", (string?)map["data"]![Path.GetFileName(trusted)]);
    }

    private string Saved(string text)
    {
        string path = Path.Combine(room.Folder, "authorities.pem");
        File.WriteAllText(path, text);
        return path;
    }

    private static (string Certificate, string Key) Authority(string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }
}
