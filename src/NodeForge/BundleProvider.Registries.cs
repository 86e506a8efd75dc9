using NodeForge.Bundles.Format;
using NodeForge.Bundles.Reading;
using NodeForge.Bundles.Registries;
using NodeForge.Bundles.Serving;
using NodeForge.Images.Fetching;
using NodeForge.Oci;
using NodeForge.Oci.Content;
using NodeForge.Oci.Registry;
using NodeForge.Oci.Transports;
using NodeForge.Signing.Judging;

namespace NodeForge;

/// <content>Bundles and registries: a bundle as a registry, and a bundle in one.</content>
public sealed partial class BundleProvider
{
    /// <summary>bundle → a registry for the other machines, which gives what is in the bundle and takes nothing.</summary>
    /// <param name="request">What is served, and where.</param>
    /// <param name="listening">Hears when it answers.</param>
    /// <param name="cancellationToken">Ends it well: the connections are closed.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.BundleNotServed"/>, <see cref="ErrorCodes.ServerCertificateUnusable"/>,
    /// and as <see cref="Open"/>.</exception>
    public async Task ServeAsync(BundleServeRequest request, Action<ServedBundle> listening, CancellationToken cancellationToken)
    {
        BundleFile bundle = Open(request.File);
        using ServerCertificate? certificate = request is { Certificate: { } own, Key: { } key }
            ? ServerCertificate.Read(options.Host.Resolve(own), options.Host.Resolve(key))
            : null;
        using BundleServer server = BundleServer.Listen(bundle, request.Listen, certificate, reporter);
        listening(new(server.Address, [.. bundle.Index.Images]));
        await server.RunAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>bundle or delta → an artifact in a registry. Networked; what is there already is not sent.</summary>
    /// <returns>The target with the artifact's digest.</returns>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.OutputNotSupported"/>: no registry, or a digest; an <c>NF32xx</c> error;
    /// <see cref="ErrorCodes.BundleChanged"/>: what lies beside it is the signature of another one; as <see cref="Open"/>.</exception>
    public async Task<ImageReference> PushAsync(BundlePushRequest request, CancellationToken cancellationToken)
    {
        BundleFile bundle = OpenAny(request.File);
        ImageReference target = RemoteOf(request.Target);
        if (target.Digest is not null)
            throw Refused(request.Target, "a bundle is pushed under a tag: its digest shows when it is there", "leave the digest out");
        byte[]? signature = BundleTrust.SignatureOf(bundle.Place);
        // One of another bundle would be refused wherever this one goes.
        if (signature is not null)
            BundleJudge.Match(bundle.Place, bundle.IndexDigest, signature);
        using OpenedImages opened = open();
        BundlePush push = new(bundle, opened.Host.Registry(request.Target), target, reporter)
        {
            Subject = request.Subject is { } subject ? SubjectOf(subject, target) : null,
            Signature = signature is null ? null : (bundle.Place + BundleJudge.FileSuffix, signature),
        };
        return await RetryAsync(() => push.RunAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>An artifact in a registry → bundle or delta. Networked; what an interrupted pull left is used.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.OutputNotSupported"/>: no registry;
    /// <see cref="ErrorCodes.NotABundleArtifact"/>, an <c>NF32xx</c> error, <see cref="ErrorCodes.DiskFull"/>; NF64xx for what is no sound
    /// bundle: what was there before is untouched then.</exception>
    public async Task<PulledBundle> PullAsync(ImageTransport source, string output, CancellationToken cancellationToken)
    {
        ImageReference reference = RemoteOf(source);
        using OpenedImages opened = open();
        string file = options.Host.Resolve(output);
        BundlePull pull = new(opened.Host.Registry(source), reference, file, reporter)
        {
            CheckSignature = (index, signature) => BundleJudge.Match(source.ToString(), index, signature),
        };
        PulledBundle pulled = await RetryAsync(() => pull.RunAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
        if (pulled.Signature is { } signature)
            AtomicFile.WriteAllBytes(file + BundleJudge.FileSuffix, signature);
        else
            BundleTrust.RemoveOther(file, OpenAny(output).IndexDigest);
        return pulled;
    }

    private Task<T> RetryAsync<T>(Func<Task<T>> attempt, CancellationToken cancellationToken) =>
        RegistryRetries.RunAsync(attempt, new FetchOptions(), options.Host.Clock, cancellationToken);

    private static ImageReference RemoteOf(ImageTransport place) =>
        place.Room.IsRemote
            ? place.Reference!
            : throw Refused(place, "a bundle is pushed to and pulled from a registry", "write docker://HOST/NAME:TAG");

    // A registry keeps what is about an image beside it, and nowhere else.
    private static ImageReference SubjectOf(string subject, ImageReference target)
    {
        bool digest = Digest.TryParse(subject, out _);
        return ImageReference.TryParse(target.Name + (digest ? "@" : ":") + subject, out ImageReference? named)
            ? named
            : throw new NodeForgeException(
                new Diagnostic(ErrorCodes.InvalidImageReference, "the subject is no tag and no digest of the target's repository")
                {
                    Where = new(Printable.Escape(subject)),
                    Want = "TAG or sha256:DIGEST",
                    Hint = $"push the bundle to the repository of its image, now {target.Name}",
                }
            );
    }

    private static NodeForgeException Refused(ImageTransport place, string what, string hint) =>
        new(new Diagnostic(ErrorCodes.OutputNotSupported, what) { Where = new(place.ToString()), Hint = hint });
}
