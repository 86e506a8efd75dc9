using NodeForge.Oci;
using NodeForge.Oci.Content;
using NodeForge.Signing.Envelopes;
using NodeForge.Signing.Keys;

namespace NodeForge;

/// <summary>A file to be written for others, and beside it a signature that <c>cosign verify-blob --bundle</c> verifies with the key
/// alone.</summary>
public sealed class SignedReport : IDisposable
{
    /// <summary>What the signature's name has behind the file's.</summary>
    public const string Extension = ".sigstore.json";

    private readonly string path;
    private readonly SigningKey? key;

    internal SignedReport(string path, SigningKey? key) => (this.path, this.key) = (path, key);

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.DiskFull"/>, <see cref="ErrorCodes.PathNotUsable"/>.</exception>
    public void Write(ReadOnlySpan<byte> content)
    {
        // A signature of another content would be worse than none.
        if (File.Exists(path + Extension))
            AtomicFile.Guard(
                path + Extension,
                () =>
                {
                    File.Delete(path + Extension);
                    return 0;
                }
            );
        AtomicFile.WriteAllBytes(path, content);
        if (key is not null)
            AtomicFile.WriteAllBytes(path + Extension, FileSignature.Sign(key, Digest.Of(content)).Write());
    }

    public void Dispose() => key?.Dispose();
}
