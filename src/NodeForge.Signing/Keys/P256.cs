using System.Numerics;
using System.Security.Cryptography;

namespace NodeForge.Signing.Keys;

/// <summary>The curve P-256 (FIPS 186-5, SP 800-186: 3.2.1.3): what deterministic signing needs beyond what the platform gives.</summary>
internal static class P256
{
    public const int Bytes = 32;

    /// <summary>How many points there are.</summary>
    public static readonly BigInteger Order = BigInteger.Parse(
        "0ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
        System.Globalization.NumberStyles.HexNumber,
        System.Globalization.CultureInfo.InvariantCulture
    );

    /// <summary>A signature that is a function of key and digest: the nonce comes from both (RFC 6979, 3.2), so that signing needs no
    /// randomness and repeats itself.</summary>
    /// <remarks>The platform multiplies the point, in constant time; the rest is arithmetic on numbers of one use each.</remarks>
    /// <param name="secret">The key's number, 32 bytes, big-endian.</param>
    /// <param name="hash">SHA-256 of what is signed.</param>
    /// <returns>r and s as DER, the form of sigstore and of most others (RFC 3279, 2.2.3).</returns>
    public static byte[] Sign(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> hash)
    {
        BigInteger number = Number(secret);
        BigInteger message = Number(hash) % Order;
        using NonceSource nonces = new(secret, Octets(message));
        while (true)
        {
            byte[] nonce = nonces.Next();
            BigInteger k = Number(nonce);
            if (k.IsZero || k >= Order)
                continue;
            BigInteger r = Number(XOf(nonce)) % Order;
            BigInteger s = BigInteger.ModPow(k, Order - 2, Order) * (message + r * number) % Order;
            CryptographicOperations.ZeroMemory(nonce);
            if (!r.IsZero && !s.IsZero)
                return Der(r, s);
        }
    }

    private static byte[] XOf(byte[] multiplier)
    {
        using ECDsa point = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = multiplier });
        return point.ExportParameters(includePrivateParameters: false).Q.X!;
    }

    private static byte[] Der(BigInteger r, BigInteger s)
    {
        System.Formats.Asn1.AsnWriter writer = new(System.Formats.Asn1.AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(r);
            writer.WriteInteger(s);
        }

        return writer.Encode();
    }

    private static BigInteger Number(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static byte[] Octets(BigInteger number)
    {
        byte[] bytes = new byte[Bytes];
        byte[] digits = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        digits.CopyTo(bytes, Bytes - digits.Length);
        return bytes;
    }

    /// <summary>HMAC_DRBG over key and message (RFC 6979, 3.2, steps b to h).</summary>
    private sealed class NonceSource : IDisposable
    {
        private readonly byte[] key = new byte[Bytes];
        private readonly byte[] value = new byte[Bytes];
        private bool begun;

        public NonceSource(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> message)
        {
            value.AsSpan().Fill(1);
            Stir([0, .. secret, .. message]);
            Stir([1, .. secret, .. message]);
        }

        public byte[] Next()
        {
            if (begun)
                Stir([0]);
            begun = true;
            HMACSHA256.HashData(key, value, value);
            return [.. value];
        }

        public void Dispose()
        {
            CryptographicOperations.ZeroMemory(key);
            CryptographicOperations.ZeroMemory(value);
        }

        private void Stir(ReadOnlySpan<byte> seed)
        {
            byte[] input = [.. value, .. seed];
            HMACSHA256.HashData(key, input, key);
            HMACSHA256.HashData(key, value, value);
            CryptographicOperations.ZeroMemory(input);
        }
    }
}
