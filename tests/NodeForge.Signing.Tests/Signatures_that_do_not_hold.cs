using System.Text;
using NodeForge.Oci;
using NodeForge.Oci.Registry;
using NodeForge.Signing.Attaching;
using NodeForge.Signing.Envelopes;
using NodeForge.Signing.Judging;
using NodeForge.TestSupport.Registry;

namespace NodeForge.Signing.Tests;

/// <summary>Each way in which a signature is none has a code of its own.</summary>
public sealed class Signatures_that_do_not_hold : SigningRoom
{
    private SignaturePolicy OfA => new([TrustedA], 1, []);

    [Fact]
    public async Task An_image_that_is_only_attested_is_not_signed()
    {
        Place place = await LayoutAsync();
        await place.AttestAsync(A, PredicateTypes.Provenance);
        Assert.Equal(["NF6311"], await place.CodesAsync(OfA));
    }

    [Fact]
    public async Task Another_key_is_no_trusted_one()
    {
        Place place = await LayoutAsync();
        await place.SignAsync(B);
        Assert.Equal(["NF6312"], await place.CodesAsync(OfA));
    }

    [Fact]
    public async Task A_statement_that_was_changed_is_told_from_one_of_another_key()
    {
        Place place = await LayoutAsync();
        foreach (Descriptor document in (await place.ImageAsync()).Documents)
        {
            DsseEnvelope signed = DsseEnvelope.Sign(
                A,
                DsseEnvelope.InToto,
                Statement.Write(Digest.Of("another"u8), PredicateTypes.Signature, [])
            );
            DsseEnvelope changed = signed with { Payload = Statement.Write(document.Digest, PredicateTypes.Signature, []) };
            await place.Target.AttachAsync([SignedArtifacts.Bundle(changed, PredicateTypes.Signature, TrustedA, document)], default);
        }

        Assert.Equal(["NF6313", "NF6312"], await place.CodesAsync(OfA));
    }

    [Fact]
    public async Task A_signature_of_another_image_counts_for_nothing()
    {
        Place place = await LayoutAsync();
        foreach (Descriptor document in (await place.ImageAsync()).Documents)
        {
            DsseEnvelope other = DsseEnvelope.Sign(
                A,
                DsseEnvelope.InToto,
                Statement.Write(Digest.Of("another"u8), PredicateTypes.Signature, [])
            );
            await place.Target.AttachAsync([SignedArtifacts.Bundle(other, PredicateTypes.Signature, TrustedA, document)], default);
        }

        Assert.Equal(["NF6314", "NF6312"], await place.CodesAsync(OfA));
    }

    [Fact]
    public async Task A_provenance_that_calls_itself_a_signature_outside_of_what_is_signed_is_none()
    {
        Place place = await LayoutAsync();
        foreach (Descriptor document in (await place.ImageAsync()).Documents)
        {
            DsseEnvelope provenance = DsseEnvelope.Sign(
                A,
                DsseEnvelope.InToto,
                Statement.Write(document.Digest, PredicateTypes.Provenance, [])
            );
            await place.Target.AttachAsync([SignedArtifacts.Bundle(provenance, PredicateTypes.Signature, TrustedA, document)], default);
        }

        Assert.Equal(["NF6311"], await place.CodesAsync(OfA));
    }

    [Fact]
    public async Task What_cannot_be_read_is_told_and_what_is_lost_too()
    {
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        using RegistryClient client = Client();
        Place place = Push(registry, client);
        foreach (Descriptor document in (await place.ImageAsync()).Documents)
            await place.Target.AttachAsync([Unreadable(document), Lost(document, registry)], default);
        foreach (Digest lost in gone)
            registry.RemoveManifest("app", lost.ToString());
        Assert.Equal(["NF6315", "NF6316", "NF6310"], await place.CodesAsync(OfA));
    }

    [Fact]
    public async Task One_bit_in_a_signature_of_a_registry_is_found()
    {
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        using RegistryClient client = Client();
        Place place = Push(registry, client);
        await place.SignAsync(A);
        foreach (AttachedSummary summary in await place.AttachedAsync())
        {
            registry.RemoveManifest("app", ReferrerTags.SignaturesOf(summary.Document.Digest));
            foreach (AttachedStatement statement in summary.Statements)
                registry.Fail($"/manifests/{statement.Referrer.Descriptor.Digest}", new RegistryFault.FlipLastByte(), times: 2);
        }

        Assert.Equal([ErrorCodes.RegistryContentMismatch.Id, "NF6310"], await place.CodesAsync(OfA));
    }

    [Fact]
    public async Task A_copy_that_lost_referrers_or_tags_says_so_and_still_verifies()
    {
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        using RegistryClient client = Client();
        Place place = Push(registry, client);
        await place.SignAsync(A);
        Assert.All(await place.AttachedAsync(), summary => Assert.Empty(summary.Lost));
        foreach (Descriptor document in (await place.ImageAsync()).Documents)
            registry.RemoveManifest("app", ReferrerTags.IndexOf(document.Digest));
        Assert.All(
            await place.AttachedAsync(),
            summary => Assert.Contains("oras cp -r", Assert.Single(summary.Lost).Hint, StringComparison.Ordinal)
        );
        Assert.Empty(await place.CodesAsync(OfA));

        Place again = Push(registry, client);
        await again.SignAsync(A);
        foreach (Descriptor document in (await place.ImageAsync()).Documents)
            registry.RemoveManifest("app", ReferrerTags.SignaturesOf(document.Digest));
        Assert.All(
            await place.AttachedAsync(),
            summary => Assert.Contains(".sig", Assert.Single(summary.Lost).Hint, StringComparison.Ordinal)
        );
        Assert.All(
            await place.AttachedAsync(),
            summary => Assert.Contains("--experimental-oci11", summary.Lost[0].Hint, StringComparison.Ordinal)
        );
        // cosign 2's form is still there, found by the image that it names: no tag leads to it.
        Assert.All(
            await place.AttachedAsync(),
            summary => Assert.Equal([StatementForm.Bundle, StatementForm.Referrer], summary.Statements.Select(found => found.Form).Order())
        );
        Assert.Empty(await place.CodesAsync(OfA));
    }

    private readonly List<Digest> gone = [];

    private static Artifact Unreadable(Descriptor subject)
    {
        RawDocument nonsense = RawDocument.Create(SigstoreBundle.MediaType, "{}"u8.ToArray());
        return With(nonsense, subject);
    }

    private Artifact Lost(Descriptor subject, InMemoryRegistry registry)
    {
        Artifact lost = With(RawDocument.Create("application/x", Encoding.ASCII.GetBytes(registry.Host)), subject);
        gone.Add(lost.Manifest.Descriptor.Digest);
        return lost;
    }

    private static Artifact With(RawDocument layer, Descriptor subject)
    {
        RawDocument config = RawDocument.Create(MediaTypes.Empty, "{}"u8.ToArray());
        RawDocument manifest = RawDocument.Create(
            MediaTypes.Manifest,
            OciJson.Write(
                new Manifest
                {
                    ArtifactType = SigstoreBundle.MediaType,
                    Config = config.Descriptor,
                    Layers = [layer.Descriptor],
                    Subject = subject,
                }
            )
        );
        return new(manifest, [Layer.Of(config), Layer.Of(layer)]) { Subject = subject, Type = SigstoreBundle.MediaType };
    }
}
