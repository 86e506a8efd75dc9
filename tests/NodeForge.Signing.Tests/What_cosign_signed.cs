using System.Text;
using NodeForge.Oci;
using NodeForge.Signing.Envelopes;
using NodeForge.Signing.Keys;

namespace NodeForge.Signing.Tests;

/// <summary>Envelopes that cosign itself wrote verify here by the key alone, and what is changed in them does not.</summary>
public sealed class What_cosign_signed : IDisposable
{
    private const string PublicKey = """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAER8b8vV6HpNrAVI47OwJUNXovL6Gy
        qA/e8GldOrl6ZQ3MYvjBw0qdaS153rUZLPlLIg3WvAlJ+uod5nBqSIuvpw==
        -----END PUBLIC KEY-----
        """;

    // cosign 3.1.1: sign --key --tlog-upload=false
    private const string Bundle = """
        {"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{"publicKey":{"hint":"mrJ6tYGf8BF6ZYXi8YlC9zAcWB3F33AH7zAktGSlTQc="}},"dsseEnvelope":{"payload":"eyJfdHlwZSI6Imh0dHBzOi8vaW4tdG90by5pby9TdGF0ZW1lbnQvdjEiLCJzdWJqZWN0IjpbeyJkaWdlc3QiOnsic2hhMjU2IjoiN2M5YWMxMmJjOWQxODRiODFmNGVhMDY2ZmJkMjgyY2MxY2FhMzYyNzU1NTJmYTU1MmVhYTE4MjdmNTZiZTY3NSJ9LCJhbm5vdGF0aW9ucyI6e319XSwicHJlZGljYXRlVHlwZSI6Imh0dHBzOi8vc2lnc3RvcmUuZGV2L2Nvc2lnbi9zaWduL3YxIiwicHJlZGljYXRlIjp7fX0=","payloadType":"application/vnd.in-toto+json","signatures":[{"sig":"MEYCIQDp8v9EMtBeVQAWZvcwKklLVC2t8UzrDRe/99W2IQdl4AIhAJZKFsxmL2zUtUmzNjtAx/4RW2hHVdXfz1cjMjgJqR1C"}]}}
        """;

    // cosign 2.5.0: sign --key --tlog-upload=false; the payload is a layer, the signature its annotation
    private const string Payload =
        """{"critical":{"identity":{"docker-reference":"127.0.0.1:5999/app"},"image":{"docker-manifest-digest":"sha256:657860ce0071314c9b9d5d1d82c0818509f472bdb9308087555d97fd191afded"},"type":"cosign container image signature"},"optional":null}""";
    private const string PayloadSignature =
        "MEUCIQCvayF78inbZsoHWLTjbmNA8bT+sGnCvfOb/9beLVuP2QIgMNYD02thhlwkBxA+zo1l0/yQMA1+1uS6fp0C+H0DXVE=";

    // cosign 2.5.0: attest --key --tlog-upload=false
    private const string Envelope =
        """{"payloadType":"application/vnd.in-toto+json","payload":"eyJfdHlwZSI6Imh0dHBzOi8vaW4tdG90by5pby9TdGF0ZW1lbnQvdjAuMSIsInByZWRpY2F0ZVR5cGUiOiJodHRwczovL25vZGVmb3JnZS5kZXYveCIsInN1YmplY3QiOlt7Im5hbWUiOiIxMjcuMC4wLjE6NTk5OS9hcHAiLCJkaWdlc3QiOnsic2hhMjU2IjoiNjU3ODYwY2UwMDcxMzE0YzliOWQ1ZDFkODJjMDgxODUwOWY0NzJiZGI5MzA4MDg3NTU1ZDk3ZmQxOTFhZmRlZCJ9fV0sInByZWRpY2F0ZSI6eyJhIjoxfX0=","signatures":[{"keyid":"","sig":"MEUCIQDo84Z7B2vVu3GxZzTkuhF3vFvnG6JSHB200jShtgEpaQIgcrMkl+PYYECxspeIc/gFB/zzNhhPNVu3OF0//7ybWg4="}]}""";

    // cosign 3.1.1: sign-blob --key --tlog-upload=false --bundle, of a file that says "hi" and ends its line
    private const string Blob =
        """{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{"publicKey":{"hint":"mrJ6tYGf8BF6ZYXi8YlC9zAcWB3F33AH7zAktGSlTQc="}},"messageSignature":{"messageDigest":{"algorithm":"SHA2_256","digest":"mOpuTyFvL7S2n/+bOkSELDhobKaF8/VdxIxdP7EQe+Q="},"signature":"MEQCICunbZz/T7DgKdL804oD+BQbO7d5HxQY0Orson8hWfUrAiBeVHH1vVKOBpFzQu7YErpn9sT3HBTR/+mQRGtI7a+qkw=="}}""";

    private readonly string file = Path.GetTempFileName();
    private readonly VerificationKey key;

    public What_cosign_signed()
    {
        File.WriteAllText(file, PublicKey);
        key = VerificationKey.Read(file);
    }

    public void Dispose() => File.Delete(file);

    [Fact]
    public void A_bundle_of_version_3()
    {
        SigstoreBundle bundle = SigstoreBundle.Read(Bytes(Bundle), new("bundle"));
        Assert.Equal(key.Hint, bundle.Hint);
        Assert.True(bundle.Envelope.IsSignedBy(key));
        Statement statement = Statement.Read(bundle.Envelope.Payload, new("statement"));
        Assert.Equal(PredicateTypes.Signature, statement.PredicateType);
        Assert.Equal(
            "sha256:7c9ac12bc9d184b81f4ea066fbd282cc1caa36275552fa552eaa1827f56be675",
            Assert.Single(statement.Subjects).ToString()
        );
    }

    [Fact]
    public void A_payload_of_version_2()
    {
        Assert.True(key.Verify(Bytes(Payload), Convert.FromBase64String(PayloadSignature)));
        Assert.Equal(
            "sha256:657860ce0071314c9b9d5d1d82c0818509f472bdb9308087555d97fd191afded",
            SimpleSignature.Read(Bytes(Payload), new("payload")).ToString()
        );
        Assert.False(
            key.Verify(Bytes(Payload.Replace("657860ce", "657860cf", StringComparison.Ordinal)), Convert.FromBase64String(PayloadSignature))
        );
    }

    [Fact]
    public void An_attestation_of_version_2()
    {
        DsseEnvelope envelope = DsseEnvelope.Read(Bytes(Envelope), new("envelope"));
        Assert.True(envelope.IsSignedBy(key));
        Assert.Equal("https://nodeforge.dev/x", Statement.Read(envelope.Payload, new("statement")).PredicateType);
        Assert.False((envelope with { PayloadType = "application/json" }).IsSignedBy(key));
    }

    [Fact]
    public void A_file_of_version_3()
    {
        FileSignature signature = FileSignature.Read(Bytes(Blob), new("blob"));
        Assert.True(signature.IsOf(key, Digest.Of("hi\n"u8)));
        Assert.False(signature.IsOf(key, Digest.Of("ho\n"u8)));
        Assert.Equal(Blob, Encoding.UTF8.GetString(signature.Write()));
    }

    [Fact]
    public void What_we_write_has_the_form_that_cosign_writes()
    {
        SigstoreBundle bundle = SigstoreBundle.Read(Bytes(Bundle), new("bundle"));
        Assert.Equal(Bundle.Trim(), Encoding.UTF8.GetString(bundle.Write()));
        Assert.Equal(Envelope, Encoding.UTF8.GetString(DsseEnvelope.Read(Bytes(Envelope), new("envelope")).Write()));
        Assert.Equal(
            Payload,
            Encoding.UTF8.GetString(
                SimpleSignature.Write(
                    "127.0.0.1:5999/app",
                    Digest.Parse("sha256:657860ce0071314c9b9d5d1d82c0818509f472bdb9308087555d97fd191afded")
                )
            )
        );
    }

    [Theory]
    [InlineData("mediaType\":\"application/vnd.dev.sigstore.bundle.v0.3", "mediaType\":\"application/vnd.dev.sigstore.bundle.v0.9")]
    [InlineData("\"dsseEnvelope\"", "\"messageSignature\"")]
    [InlineData("\"signatures\":[{", "\"signatures\":[],\"more\":[{")]
    [InlineData("\"sig\":\"MEYC", "\"sig\":\"$$$$")]
    [InlineData("{\"mediaType\"", "{\"mediaType\":\"x\",\"mediaType\"")]
    [InlineData("{\"mediaType\"", "[{\"mediaType\"")]
    public void What_is_no_bundle_is_refused(string text, string instead) =>
        Refused(() => SigstoreBundle.Read(Bytes(Bundle.Replace(text, instead, StringComparison.Ordinal)), new("bundle")));

    [Theory]
    [InlineData(
        """{"_type":"https://in-toto.io/Statement/v2","subject":[{"digest":{"sha256":"00"}}],"predicateType":"x","predicate":{}}"""
    )]
    [InlineData("""{"_type":"https://in-toto.io/Statement/v1","subject":[],"predicateType":"x","predicate":{}}""")]
    [InlineData("""{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"x"}],"predicateType":"x","predicate":{}}""")]
    [InlineData("""{"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":{"sha256":"00"}}],"predicate":{}}""")]
    [InlineData("""{"_type":"https://in-toto.io/Statement/v1","subject":{"digest":{}},"predicateType":"x"}""")]
    [InlineData("null")]
    [InlineData("")]
    public void What_is_no_statement_is_refused(string json) => Refused(() => Statement.Read(Bytes(json), new("statement")));

    private static void Refused(Action read) =>
        Assert.Same(ErrorCodes.SignatureUnreadable, Assert.Throws<NodeForgeException>(read).Diagnostics[0].Code);

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
