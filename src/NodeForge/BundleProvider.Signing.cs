using System.Globalization;
using NodeForge.Bundles.Reading;
using NodeForge.Oci;
using NodeForge.Oci.Content;
using NodeForge.Signing.Envelopes;
using NodeForge.Signing.Judging;
using NodeForge.Signing.Keys;
using NodeForge.Signing.Predicates;

namespace NodeForge;

/// <content>Whose bundle it is, and which of a series: a signature in a file beside it.</content>
public sealed partial class BundleProvider
{
    /// <summary>bundle, key → its signature, beside it. Every byte of the bundle is read.</summary>
    /// <exception cref="NodeForgeException">NF630x, <see cref="ErrorCodes.BundleSeriesInvalid"/>, what is wrong with the
    /// bundle.</exception>
    public async Task<SignedBundle> SignAsync(BundleSignRequest request, CancellationToken cancellationToken)
    {
        if (!BundlePredicate.IsSeries(request.Series) || request.Sequence < 0)
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.BundleSeriesInvalid, "a bundle cannot be signed as that")
                {
                    Got = Printable.Escape($"{request.Series} {request.Sequence.ToString(CultureInfo.InvariantCulture)}"),
                    Hint = ErrorCodes.BundleSeriesInvalid.Remedy,
                }
            );
        using SigningKey key = SigningKey.Read(options.Host.Resolve(request.Key), options.Host.Variable(Forge.KeyPassword));
        BundleFile bundle = OpenAny(request.File);
        List<(string Name, Digest Digest)> files = [];
        using ForgeStep step = reporter.Step($"sign {bundle.Place}", bundle.Files.Sum(file => file.Size));
        foreach ((string path, long size) in bundle.Files)
        {
            FileStream content = RegularFile.Open(path);
            await using (content.ConfigureAwait(false))
            {
                using HashingStream hash = new(Stream.Null);
                await content.CopyToAsync(hash, 1 << 20, cancellationToken).ConfigureAwait(false);
                files.Add((Path.GetFileName(path), hash.Finish()));
                step.Advance(size);
            }
        }

        BundlePredicate said = new(bundle.IndexDigest, bundle.Index.Delta?.Index, request.Series, request.Sequence, request.Expires);
        byte[] statement = Statement.Write(files, PredicateTypes.Bundle, said.ToJson());
        SigstoreBundle signature = new(key.Public.Hint, DsseEnvelope.Sign(key, DsseEnvelope.InToto, statement));
        string beside = bundle.Place + BundleJudge.FileSuffix;
        AtomicFile.WriteAllBytes(beside, signature.Write());
        step.Finish();
        return new(beside, said);
    }

    /// <summary>Asks of a bundle what the policy of this machine asks, and nothing else.</summary>
    /// <param name="file">The bundle.</param>
    /// <param name="trust">Whose bundle it has to be.</param>
    /// <exception cref="NodeForgeException">NF6480 to NF6484: it is not let in.</exception>
    public void Admit(string file, BundleTrustRequest? trust) => Trust(trust).Check(Open(file));

    private BundleTrust Trust(BundleTrustRequest? request) => new(options.Host, request ?? new(), reporter);
}

/// <summary>What is to be said of a bundle.</summary>
/// <param name="File">The bundle, whole or a delta.</param>
/// <param name="Key">The private key's file.</param>
/// <param name="Sequence">Its number in the series; larger ones are newer.</param>
public sealed record BundleSignRequest(string File, string Key, long Sequence)
{
    /// <summary>What is counted: lower-case letters, digits, dots and dashes.</summary>
    public string Series { get; init; } = "site";

    /// <summary>From when on the bundle is not to be used; null for never.</summary>
    public DateTimeOffset? Expires { get; init; }
}

/// <param name="File">The signature's file.</param>
public sealed record SignedBundle(string File, BundlePredicate Said);

/// <summary>What is asked of a bundle before anything is taken from it.</summary>
public sealed record BundleTrustRequest
{
    /// <summary>The policy of trusted keys; null takes NODEFORGE_BUNDLE_POLICY, or <c>nodeforge/bundle-policy.yaml</c> of the user's
    /// configuration where there is one.</summary>
    public string? Policy { get; init; }

    /// <summary>Whether one may be older than what was installed.</summary>
    public bool AllowOlder { get; init; }
}
