using System.Text;
using NodeForge.Oci;
using NodeForge.Signing.Envelopes;

namespace NodeForge.Signing.Tests;

/// <summary>A file is signed by its digest, and the signature lies beside it.</summary>
public sealed class Signing_files : SigningRoom
{
    [Fact]
    public void A_signature_is_of_one_file_and_one_key()
    {
        Digest file = Digest.Of("hello"u8);
        FileSignature signature = FileSignature.Read(FileSignature.Sign(A, file).Write(), new("hello.sigstore.json"));
        Assert.Equal((TrustedA.Hint, file), (signature.Hint, signature.File));
        Assert.True(signature.IsOf(TrustedA, file));
        Assert.False(signature.IsOf(TrustedB, file));
        Assert.False(signature.IsOf(TrustedA, Digest.Of("hallo"u8)));
        Assert.Equal(FileSignature.Sign(A, file).Write(), FileSignature.Sign(A, file).Write());
    }

    [Theory]
    [InlineData("SHA2_256", "SHA2_512")]
    [InlineData("messageSignature", "dsseEnvelope")]
    [InlineData("\"signature\"", "\"signatures\"")]
    public void What_is_no_signature_of_a_file_is_refused(string text, string instead)
    {
        string json = Encoding
            .UTF8.GetString(FileSignature.Sign(A, Digest.Of("hello"u8)).Write())
            .Replace(text, instead, StringComparison.Ordinal);
        Assert.Same(
            ErrorCodes.SignatureUnreadable,
            Assert.Throws<NodeForgeException>(() => FileSignature.Read(Encoding.UTF8.GetBytes(json), new("x"))).Diagnostics[0].Code
        );
    }
}
