using NodeForge.Cli.Rendering;
using NodeForge.Oci;
using NodeForge.Signing.Envelopes;
using NodeForge.Signing.Keys;

namespace NodeForge.Cli.Documents;

/// <summary>What <c>key generate</c> made.</summary>
/// <param name="Fingerprint">SHA-256 of the public key, in base64, as signatures name it.</param>
internal sealed record KeyDocument(string PrivateKey, string PublicKey, string Fingerprint) : Document
{
    public static KeyDocument Of(string privatePath, string publicPath, VerificationKey key) => new(privatePath, publicPath, key.Hint);

    public override Page ToText() => Page.Of("private key  " + PrivateKey, "public key   " + PublicKey, "fingerprint  " + Fingerprint);
}

/// <summary>What <c>sign</c> signed: indexes and manifests.</summary>
internal sealed record SignedDocument(IReadOnlyList<SignedItem> Signed) : Document
{
    public static SignedDocument Of(IReadOnlyList<Descriptor> documents) => new([.. documents.Select(SignedItem.Of)]);

    public override Page ToText() => Page.Of(Signed.Select(item => $"{item.Digest}  {item.Kind}"));
}

/// <param name="Kind">index or manifest.</param>
internal sealed record SignedItem(string Digest, string Kind)
{
    public static SignedItem Of(Descriptor document) =>
        new(document.Digest.ToString(), MediaTypes.IsIndex(document.MediaType) ? "index" : "manifest");
}

/// <summary>What <c>attest</c> attested.</summary>
internal sealed record AttestedDocument(IReadOnlyList<AttestedItem> Attested) : Document
{
    public static AttestedDocument Of(IReadOnlyList<MadeAttestation> made) =>
        new([
            .. made.Select(one => new AttestedItem(
                one.Document.Digest.ToString(),
                PredicateTypes.Show(one.PredicateType),
                one.PredicateType
            )),
        ]);

    public override Page ToText() => Page.Of(Attested.Select(item => $"{item.Digest}  {item.Name}"));
}

/// <param name="Digest">Of the manifest or index.</param>
/// <param name="Name">The short name of the type, where it has one.</param>
internal sealed record AttestedItem(string Digest, string Name, string PredicateType);
