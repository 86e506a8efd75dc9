using System.Security.Cryptography;

namespace NodeForge.Signing.Keys;

/// <summary>The public half of a pair.</summary>
public sealed class VerificationKey
{
    private readonly byte[] info;

    internal VerificationKey(byte[] info, string name)
    {
        this.info = info;
        Name = name;
        Hint = Convert.ToBase64String(SHA256.HashData(info));
    }

    /// <summary>Where it came from, for messages.</summary>
    public string Name { get; }

    /// <summary>SHA-256 over the key (SubjectPublicKeyInfo in DER), in base64: by this a sigstore bundle says whose it is.</summary>
    public string Hint { get; }

    /// <summary>Reads a key out of a PEM file: PUBLIC KEY.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.KeyUnreadable"/>, <see cref="ErrorCodes.KeyKindUnsupported"/>,
    /// <see cref="ErrorCodes.PathNotUsable"/>.</exception>
    public static VerificationKey Read(string path)
    {
        using ECDsa key = KeyFile.ReadPublic(path);
        return new(key.ExportSubjectPublicKeyInfo(), path);
    }

    /// <param name="message">What should have been signed.</param>
    /// <param name="signature">In DER; anything else is no signature.</param>
    public bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) => VerifyHash(SHA256.HashData(message), signature);

    /// <param name="hash">SHA-256 of what should have been signed.</param>
    /// <param name="signature">In DER; anything else is no signature.</param>
    public bool VerifyHash(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        using ECDsa key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(info, out _);
        try
        {
            return key.VerifyHash(hash, signature, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
