using System.Security.Cryptography;

namespace NodeForge.Signing.Keys;

/// <summary>The private half of a pair: ECDSA on P-256 with SHA-256. The same key signs the same bytes in the same way, whenever and
/// wherever.</summary>
public sealed class SigningKey : IDisposable
{
    private readonly byte[] secret;

    private SigningKey(ECDsa pair)
    {
        secret = pair.ExportParameters(includePrivateParameters: true).D!;
        Public = new(pair.ExportSubjectPublicKeyInfo(), "the signing key");
    }

    /// <summary>The other half.</summary>
    public VerificationKey Public { get; }

    /// <summary>Reads a key out of a PEM file: PKCS#8, plain or encrypted, or openssl's EC PRIVATE KEY.</summary>
    /// <param name="path">The file.</param>
    /// <param name="password">Of an encrypted one; null for none.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.KeyUnreadable"/>, <see cref="ErrorCodes.KeyKindUnsupported"/>,
    /// <see cref="ErrorCodes.KeyPassword"/>,
    /// <see cref="ErrorCodes.PathNotUsable"/>.</exception>
    public static SigningKey Read(string path, string? password)
    {
        using ECDsa pair = KeyFile.ReadPrivate(path, password);
        return new(pair);
    }

    /// <summary>Makes a pair and writes its two files, neither over another.</summary>
    /// <param name="privatePath">PKCS#8, for its owner's eyes.</param>
    /// <param name="publicPath">For everybody.</param>
    /// <param name="password">Encrypts the private one (PBES2, AES-256, PBKDF2 with SHA-256); null leaves it plain.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.KeyFileExists"/>.</exception>
    public static VerificationKey Generate(string privatePath, string publicPath, string? password)
    {
        using ECDsa pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        KeyFile.WriteNew(
            privatePath,
            password is null ? pair.ExportPkcs8PrivateKeyPem() : KeyFile.Encrypt(pair, password),
            UnixFileMode.UserRead | UnixFileMode.UserWrite
        );
        try
        {
            KeyFile.WriteNew(
                publicPath,
                pair.ExportSubjectPublicKeyInfoPem(),
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead
            );
        }
        catch (NodeForgeException)
        {
            File.Delete(privatePath);
            throw;
        }

        return new(pair.ExportSubjectPublicKeyInfo(), publicPath);
    }

    /// <returns>The signature in DER.</returns>
    public byte[] Sign(ReadOnlySpan<byte> message) => SignHash(SHA256.HashData(message));

    /// <summary>Signs what is too long to be at hand, by its SHA-256.</summary>
    /// <returns>The signature in DER.</returns>
    public byte[] SignHash(ReadOnlySpan<byte> hash)
    {
        byte[] signature = P256.Sign(secret, hash);
        // A machine that errs once while it signs gives its key away (Boneh, DeMillo, Lipton 1997): what does not verify goes nowhere.
        return Public.VerifyHash(hash, signature)
            ? signature
            : throw new InvalidOperationException("This machine made a signature that is none.");
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(secret);
}
