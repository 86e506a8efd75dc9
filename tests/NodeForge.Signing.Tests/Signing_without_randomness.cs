using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using NodeForge.Signing.Keys;

namespace NodeForge.Signing.Tests;

/// <summary>The nonce of a signature comes from key and message, so that one key signs one message in one way.</summary>
public sealed class Signing_without_randomness
{
    // RFC 6979, A.2.5: P-256 with SHA-256.
    private const string Secret = "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721";

    [Theory]
    [InlineData(
        "sample",
        "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716",
        "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"
    )]
    [InlineData(
        "test",
        "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367",
        "019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083"
    )]
    public void The_signatures_are_those_of_the_specification(string message, string r, string s)
    {
        byte[] signature = P256.Sign(Convert.FromHexString(Secret), SHA256.HashData(Encoding.ASCII.GetBytes(message)));
        Assert.Equal(r + s, Convert.ToHexString(Plain(signature)));
    }

    [Fact]
    public void Every_message_is_signed_in_one_way_and_verifies_by_what_the_platform_has()
    {
        using ECDsa pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        byte[] secret = pair.ExportParameters(true).D!;
        Prop.ForAll<byte[]>(message =>
            {
                byte[] hash = SHA256.HashData(message);
                byte[] signature = P256.Sign(secret, hash);
                return signature.AsSpan().SequenceEqual(P256.Sign(secret, hash))
                    && pair.VerifyHash(hash, signature, DSASignatureFormat.Rfc3279DerSequence);
            })
            .QuickCheckThrowOnFailure();
    }

    private static byte[] Plain(byte[] der)
    {
        System.Formats.Asn1.AsnReader sequence = new System.Formats.Asn1.AsnReader(
            der,
            System.Formats.Asn1.AsnEncodingRules.DER
        ).ReadSequence();
        byte[] Number() =>
            [.. Enumerable.Repeat((byte)0, 32).Concat(sequence.ReadIntegerBytes().ToArray().SkipWhile(digit => digit == 0)).TakeLast(32)];
        return [.. Number(), .. Number()];
    }
}
