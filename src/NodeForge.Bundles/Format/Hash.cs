using System.Security.Cryptography;
using NodeForge.Oci;

namespace NodeForge.Bundles.Format;

/// <summary>Digests as their 32 bytes.</summary>
internal static class Hash
{
    public static void Write(Digest digest, Span<byte> bytes) =>
        Convert.FromHexString(digest.Hex, bytes[..SHA256.HashSizeInBytes], out _, out _);

    public static Digest Read(ReadOnlySpan<byte> bytes) => Digest.FromHash(bytes[..SHA256.HashSizeInBytes]);
}
