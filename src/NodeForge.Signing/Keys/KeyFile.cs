using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using NodeForge.Oci.Content;

namespace NodeForge.Signing.Keys;

/// <summary>Keys as files: one PEM block each (RFC 7468).</summary>
internal static class KeyFile
{
    private const int Longest = 16 << 10; // bytes; a P-256 key has 250
    private const int Rounds = 600_000; // OWASP's figure for PBKDF2 with SHA-256, 2023

    public static ECDsa ReadPrivate(string path, string? password)
    {
        (string label, string text) = ReadBlock(path);
        return label switch
        {
            "PRIVATE KEY" or "EC PRIVATE KEY" => Import(path, text, key => key.ImportFromPem(text)),
            "ENCRYPTED PRIVATE KEY" => Decrypt(path, text, password),
            "PUBLIC KEY" => throw Unreadable(path, "this is a public key, and signing needs the private one", label, "PRIVATE KEY"),
            _ => throw OfOtherTools(path, label, "PRIVATE KEY"),
        };
    }

    public static ECDsa ReadPublic(string path)
    {
        (string label, string text) = ReadBlock(path);
        return label switch
        {
            "PUBLIC KEY" => Import(path, text, key => key.ImportFromPem(text)),
            "PRIVATE KEY" or "EC PRIVATE KEY" or "ENCRYPTED PRIVATE KEY" => throw Unreadable(
                path,
                "this is a private key, which nobody needs to verify",
                label,
                "PUBLIC KEY"
            ),
            _ => throw OfOtherTools(path, label, "PUBLIC KEY"),
        };
    }

    public static string Encrypt(ECDsa pair, string password) =>
        pair.ExportEncryptedPkcs8PrivateKeyPem(
            password,
            new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, Rounds)
        );

    public static void WriteNew(string path, string pem, UnixFileMode mode)
    {
        try
        {
            using FileStream file = new(
                path,
                new FileStreamOptions
                {
                    Mode = FileMode.CreateNew,
                    Access = FileAccess.Write,
                    UnixCreateMode = mode,
                }
            );
            file.Write(Encoding.ASCII.GetBytes(pem + "\n"));
        }
        catch (IOException) when (File.Exists(path))
        {
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.KeyFileExists, "there is a file already where the key would be written")
                {
                    Where = new(path),
                    Hint = ErrorCodes.KeyFileExists.Remedy,
                }
            );
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.PathNotUsable, "the key cannot be written")
                {
                    Where = new(path),
                    Got = failed.Message,
                    Hint = "name a folder that is there and may be written to",
                },
                failed
            );
        }
    }

    private static (string Label, string Text) ReadBlock(string path)
    {
        string text = Encoding.UTF8.GetString(
            RegularFile.ReadSmall(
                path,
                Longest,
                length => Unreadable(path, "the file is too long for a key", $"{length} bytes", $"up to {Longest} bytes")
            )
        );
        // openssl ecparam writes the curve's name in a block of its own before the key.
        for (int from = 0; PemEncoding.TryFind(text.AsSpan(from), out PemFields fields); from += fields.Location.End.Value)
        {
            string label = text[from..][fields.Label];
            if (label != "EC PARAMETERS")
                return (label, text[from..][fields.Location]);
        }

        throw Unreadable(path, "the file has no PEM block", null, "-----BEGIN ... KEY-----");
    }

    private static ECDsa Decrypt(string path, string text, string? password)
    {
        if (password is null)
            throw WrongPassword(path, "the key is encrypted, and no password is given");
        return Import(
            path,
            text,
            key =>
            {
                try
                {
                    key.ImportFromEncryptedPem(text, password);
                }
                catch (CryptographicException)
                {
                    throw WrongPassword(path, "the password does not open the key");
                }
            }
        );
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The key is the caller's; it is disposed of where there is none.")]
    private static ECDsa Import(string path, string text, Action<ECDsa> import)
    {
        ECDsa key = ECDsa.Create();
        try
        {
            import(key);
            // Keys on other curves, and on curves that the file describes itself, sign things that no verifier takes.
            ECCurve curve = key.ExportParameters(includePrivateParameters: false).Curve;
            return curve.IsNamed && curve.Oid.Value == ECCurve.NamedCurves.nistP256.Oid.Value
                ? key
                : throw Unsupported(
                    path,
                    curve.IsNamed ? curve.Oid.FriendlyName ?? curve.Oid.Value ?? "another curve" : "a curve without a name"
                );
        }
        catch (Exception wrong) when (wrong is CryptographicException or ArgumentException)
        {
            key.Dispose();
            throw IsRsa(text) ? Unsupported(path, "RSA") : Unreadable(path, "the key cannot be read", wrong.Message, null);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    private static bool IsRsa(string text)
    {
        try
        {
            using RSA key = RSA.Create();
            key.ImportFromPem(text);
            return true;
        }
        catch (Exception wrong) when (wrong is CryptographicException or ArgumentException)
        {
            return false;
        }
    }

    private static NodeForgeException OfOtherTools(string path, string label, string want) =>
        label switch
        {
            // Its encryption, scrypt and NaCl's secretbox, is in no library of the platform.
            "ENCRYPTED SIGSTORE PRIVATE KEY" or "ENCRYPTED COSIGN PRIVATE KEY" => new(
                new Diagnostic(ErrorCodes.KeyKindUnsupported, "cosign's own container of a key is not read here")
                {
                    Where = new(path),
                    Got = label,
                    Want = want,
                    Hint =
                        "make a key with nodeforge key generate; cosign verifies with its public half, and cosign import-key-pair takes an EC PRIVATE KEY of openssl's",
                }
            ),
            "RSA PRIVATE KEY" or "OPENSSH PRIVATE KEY" or "RSA PUBLIC KEY" or "CERTIFICATE" => Unsupported(path, label),
            _ => Unreadable(path, "the file's PEM block is no key", label, want),
        };

    private static NodeForgeException Unsupported(string path, string got) =>
        new(
            new Diagnostic(ErrorCodes.KeyKindUnsupported, "the key is of another kind than we sign with")
            {
                Where = new(path),
                Got = got,
                Want = "ECDSA on the curve P-256 (prime256v1)",
                Hint = ErrorCodes.KeyKindUnsupported.Remedy,
            }
        );

    private static NodeForgeException Unreadable(string path, string what, string? got, string? want) =>
        new(
            new Diagnostic(ErrorCodes.KeyUnreadable, what)
            {
                Where = new(path),
                Got = got,
                Want = want,
                Hint = ErrorCodes.KeyUnreadable.Remedy,
            }
        );

    private static NodeForgeException WrongPassword(string path, string what) =>
        new(new Diagnostic(ErrorCodes.KeyPassword, what) { Where = new(path), Hint = ErrorCodes.KeyPassword.Remedy });
}
