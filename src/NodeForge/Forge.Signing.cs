using System.Text.Json.Nodes;
using NodeForge.Images;
using NodeForge.Images.Assembly;
using NodeForge.Images.Planning;
using NodeForge.Oci;
using NodeForge.Oci.Transports;
using NodeForge.Recipes;
using NodeForge.Signing.Attaching;
using NodeForge.Signing.Envelopes;
using NodeForge.Signing.Judging;
using NodeForge.Signing.Keys;
using NodeForge.Verification;
using NodeForge.Verification.Images;

namespace NodeForge;

/// <content>Signatures and attestations: they lie beside an image in a layout or registry, and never in it.</content>
public sealed partial class Forge
{
    internal const string KeyPassword = "NODEFORGE_KEY_PASSWORD";

    /// <summary>Makes a pair of keys, the private one encrypted where NODEFORGE_KEY_PASSWORD is set.</summary>
    /// <returns>The public one.</returns>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.KeyFileExists"/>.</exception>
    public VerificationKey GenerateKey(string privatePath, string publicPath) =>
        SigningKey.Generate(options.Host.Resolve(privatePath), options.Host.Resolve(publicPath), options.Host.Variable(KeyPassword));

    /// <summary>A report that is to be written, and signed where a key is given; the key is read at once.</summary>
    /// <param name="file">Where it goes.</param>
    /// <param name="key">The private key's file.</param>
    /// <exception cref="NodeForgeException">NF630x.</exception>
    public SignedReport OpenReport(string file, string? key) =>
        new(
            options.Host.Resolve(file),
            key is null ? null : SigningKey.Read(options.Host.Resolve(key), options.Host.Variable(KeyPassword))
        );

    /// <summary>image + key → signatures of its index and manifests, beside it. Networked for one of a registry.</summary>
    /// <returns>What was signed, indexes first.</returns>
    /// <exception cref="NodeForgeException">NF630x; <see cref="ErrorCodes.ImageNotFound"/>, and what the place refuses.</exception>
    public Task<IReadOnlyList<Descriptor>> SignAsync(ImageTransport image, string key, CancellationToken cancellationToken) =>
        WithKeyAsync(
            image,
            key,
            async (signer, target) =>
                await WithImagesAsync(
                        image,
                        async source =>
                            await ImageSigner
                                .SignAsync(
                                    await SignedImage.ReadAsync(source, image.Name, cancellationToken).ConfigureAwait(false),
                                    signer,
                                    target,
                                    cancellationToken
                                )
                                .ConfigureAwait(false),
                        cancellationToken
                    )
                    .ConfigureAwait(false)
        );

    /// <summary>image + key → attestations of its manifests, beside it: each is made of what was found here and now, and refused where it
    /// does not hold. Networked for one of a registry.</summary>
    /// <exception cref="NodeForgeException">NF630x; what a recipe cannot be built for.</exception>
    public Task<IReadOnlyList<MadeAttestation>> AttestAsync(AttestRequest request, CancellationToken cancellationToken) =>
        WithKeyAsync(
            request.Image,
            request.Key,
            async (signer, target) =>
            {
                IReadOnlyList<MadeAttestation> made = await WithImagesAsync(
                        request.Image,
                        source => MakeAsync(source, request, cancellationToken),
                        cancellationToken
                    )
                    .ConfigureAwait(false);
                foreach (MadeAttestation attestation in made)
                    await ImageSigner
                        .AttestAsync(
                            attestation.Document,
                            attestation.PredicateType,
                            attestation.Predicate,
                            signer,
                            target,
                            cancellationToken
                        )
                        .ConfigureAwait(false);
                return made;
            }
        );

    /// <summary>image + trusted keys → what they say of each platform. Networked for one of a registry.</summary>
    /// <param name="image">Without a name, every image there.</param>
    /// <param name="request">Whose word counts.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="NodeForgeException">NF630x; a signature that does not hold is told in the verdict.</exception>
    public Task<IReadOnlyList<SignatureVerdict>> VerifySignaturesAsync(
        ImageTransport image,
        SignatureRequest request,
        CancellationToken cancellationToken
    )
    {
        SignaturePolicy policy = new(
            [.. request.Keys.Select(path => VerificationKey.Read(options.Host.Resolve(path)))],
            request.Quorum,
            [.. request.Attestations.Select(PredicateTypes.Parse)]
        );
        if (!image.Room.KeepsReferrers)
            throw SignatureVerifier.NotKept(image.ToString());
        return WithImagesAsync(
            image,
            async source =>
            {
                List<SignatureVerdict> verdicts = [];
                foreach (
                    SignedImage signed in await SignedImage
                        .ReadAllAsync(source, image.Name, skipsUnreadable: true, cancellationToken)
                        .ConfigureAwait(false)
                )
                    verdicts.AddRange(await SignatureVerifier.VerifyAsync(source, signed, policy, cancellationToken).ConfigureAwait(false));
                return (IReadOnlyList<SignatureVerdict>)verdicts;
            },
            cancellationToken
        );
    }

    /// <summary>image → what is attached to it; no key is asked. Networked for one of a registry.</summary>
    /// <returns>Nothing for a place that keeps nothing.</returns>
    public Task<IReadOnlyList<AttachedSummary>> InspectAttachedAsync(ImageTransport image, CancellationToken cancellationToken) =>
        !image.Room.KeepsReferrers
            ? Task.FromResult<IReadOnlyList<AttachedSummary>>([])
            : WithImagesAsync(
                image,
                async source =>
                {
                    List<AttachedSummary> found = [];
                    foreach (
                        SignedImage signed in await SignedImage
                            .ReadAllAsync(source, image.Name, skipsUnreadable: false, cancellationToken)
                            .ConfigureAwait(false)
                    )
                        found.AddRange(await AttachedSummary.ReadAsync(source, signed, cancellationToken).ConfigureAwait(false));
                    return (IReadOnlyList<AttachedSummary>)found;
                },
                cancellationToken
            );

    private async Task<T> WithKeyAsync<T>(ImageTransport image, string key, Func<SigningKey, IArtifactTarget, Task<T>> work)
    {
        if (image.Room.Artifacts is not { } targets)
            throw SignatureVerifier.NotKept(image.ToString());
        using SigningKey signer = SigningKey.Read(options.Host.Resolve(key), options.Host.Variable(KeyPassword));
        using Network network = image.Room.IsRemote ? OpenNetwork() : Network.Closed(options.Host);
        return await work(signer, targets(image, new TransportHost { Registry = _ => network.Registries() })).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<MadeAttestation>> MakeAsync(
        IImageSource source,
        AttestRequest request,
        CancellationToken cancellationToken
    )
    {
        SignedImage image = await SignedImage.ReadAsync(source, request.Image.Name, cancellationToken).ConfigureAwait(false);
        List<MadeAttestation> made = [];
        if (request.Closure || request.Spdx || request.CycloneDx)
        {
            IReadOnlyList<VerificationReport> reports = await ImageVerifier
                .VerifyAsync(source, request.Image.Name, cancellationToken)
                .ConfigureAwait(false);
            made.AddRange(AttestationsOf.Reports(reports, image, request));
        }

        if (request.Recipe is { } recipe)
            made.AddRange(await ProveAsync(image, recipe, cancellationToken).ConfigureAwait(false));
        if (request.PredicateFile is { } file)
        {
            JsonObject Predicate() => AttestationsOf.ReadPredicate(options.Host.Resolve(file));
            string type = PredicateTypes.Parse(request.PredicateType!);
            made.AddRange(image.Documents.Select(document => new MadeAttestation(document, type, Predicate())));
        }

        return made;
    }

    // Built again from what lies in the cache: that the recipe makes this image is then known, and not only said.
    private async Task<IReadOnlyList<MadeAttestation>> ProveAsync(
        SignedImage image,
        RecipeRequest request,
        CancellationToken cancellationToken
    )
    {
        Recipe recipe = Read(request);
        return await WithSoundCacheAsync(async () =>
            {
                PlannedRecipe planned = await Steps.PlanAsync(recipe, request, cancellationToken).ConfigureAwait(false);
                environment.Sweep();
                BuildEnvironment supplied = await Steps
                    .SupplyAsync(environment, planned.Plans, planned.Lock, offline: true, cancellationToken)
                    .ConfigureAwait(false);
                List<MadeAttestation> made = [];
                foreach (ImagePlan plan in planned.Plans)
                {
                    Image built = await new ImageAssembler(supplied).AssembleAsync(plan, cancellationToken).ConfigureAwait(false);
                    Image same =
                        image.Images.FirstOrDefault(other => other.Id == built.Id)
                        ?? throw AttestationsOf.OtherImage(built, image, planned);
                    made.Add(AttestationsOf.Provenance(same, planned, plan, request));
                }

                return (IReadOnlyList<MadeAttestation>)made;
            })
            .ConfigureAwait(false);
    }
}
