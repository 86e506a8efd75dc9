using System.Security.Cryptography;
using NodeForge.Signing.Keys;

namespace NodeForge.Signing.Tests;

/// <summary>Keys come as PEM of several makers; what is no P-256 key is refused by what it is.</summary>
public sealed class Reading_keys : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nf-keys-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_pair_that_is_made_signs_and_verifies_and_only_its_owner_can_read_it()
    {
        SigningKey.Generate(At("a.key"), At("a.pub"), null);
        using SigningKey key = SigningKey.Read(At("a.key"), null);
        VerificationKey trusted = VerificationKey.Read(At("a.pub"));
        Assert.Equal(key.Public.Hint, trusted.Hint);
        Assert.True(trusted.Verify("hello"u8, key.Sign("hello"u8)));
        Assert.False(trusted.Verify("hallo"u8, key.Sign("hello"u8)));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(At("a.key")));
    }

    [Fact]
    public void A_pair_is_never_written_over_another()
    {
        SigningKey.Generate(At("a.key"), At("a.pub"), null);
        string before = File.ReadAllText(At("a.key"));
        Fails(ErrorCodes.KeyFileExists, () => SigningKey.Generate(At("a.key"), At("b.pub"), null));
        Fails(ErrorCodes.KeyFileExists, () => SigningKey.Generate(At("b.key"), At("a.pub"), null));
        Assert.Equal(before, File.ReadAllText(At("a.key")));
        Assert.False(File.Exists(At("b.key")));
    }

    [Fact]
    public void An_encrypted_key_is_opened_by_its_password_alone()
    {
        SigningKey.Generate(At("a.key"), At("a.pub"), "secret");
        Assert.Contains("ENCRYPTED PRIVATE KEY", File.ReadAllText(At("a.key")), StringComparison.Ordinal);
        using SigningKey key = SigningKey.Read(At("a.key"), "secret");
        Assert.Equal(VerificationKey.Read(At("a.pub")).Hint, key.Public.Hint);
        Fails(ErrorCodes.KeyPassword, () => SigningKey.Read(At("a.key"), "Secret"));
        Fails(ErrorCodes.KeyPassword, () => SigningKey.Read(At("a.key"), null));
    }

    [Fact]
    public void The_form_that_openssl_ecparam_writes_is_read_too()
    {
        using ECDsa pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(
            At("e.pem"),
            "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" + pair.ExportECPrivateKeyPem() + "\n"
        );
        using SigningKey key = SigningKey.Read(At("e.pem"), null);
        Assert.True(
            key.Public.Verify("x"u8, pair.SignData("x"u8.ToArray(), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence))
        );
    }

    [Fact]
    public void Keys_of_other_kinds_are_refused_by_what_they_are()
    {
        using RSA rsa = RSA.Create(2048);
        using ECDsa other = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        File.WriteAllText(At("rsa.pem"), rsa.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(At("rsa.pub"), rsa.ExportSubjectPublicKeyInfoPem());
        File.WriteAllText(At("p384.pem"), other.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(
            At("cosign.key"),
            "-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\nZZZZ\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n"
        );
        Fails(ErrorCodes.KeyKindUnsupported, () => SigningKey.Read(At("rsa.pem"), null));
        Fails(ErrorCodes.KeyKindUnsupported, () => VerificationKey.Read(At("rsa.pub")));
        Fails(ErrorCodes.KeyKindUnsupported, () => SigningKey.Read(At("p384.pem"), null));
        Diagnostic cosign = Fails(ErrorCodes.KeyKindUnsupported, () => SigningKey.Read(At("cosign.key"), null));
        Assert.Contains("nodeforge key generate", cosign.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_key_or_the_wrong_half_is_refused()
    {
        SigningKey.Generate(At("a.key"), At("a.pub"), null);
        File.WriteAllText(At("text"), "hello");
        File.WriteAllText(At("cut"), File.ReadAllText(At("a.key")).Replace("MIG", "AAA", StringComparison.Ordinal));
        File.WriteAllBytes(At("long"), new byte[20_000]);
        Fails(ErrorCodes.KeyUnreadable, () => SigningKey.Read(At("a.pub"), null));
        Fails(ErrorCodes.KeyUnreadable, () => VerificationKey.Read(At("a.key")));
        Fails(ErrorCodes.KeyUnreadable, () => VerificationKey.Read(At("text")));
        Fails(ErrorCodes.KeyUnreadable, () => SigningKey.Read(At("cut"), null));
        Fails(ErrorCodes.KeyUnreadable, () => SigningKey.Read(At("long"), null));
    }

    private static Diagnostic Fails(ErrorCode code, Action action)
    {
        Diagnostic diagnostic = Assert.Throws<NodeForgeException>(action).Diagnostics[0];
        Assert.Same(code, diagnostic.Code);
        return diagnostic;
    }

    private string At(string name) => Path.Combine(folder, name);
}
