using NodeForge.Images.Assembly;
using NodeForge.Images.Exporting;
using NodeForge.Images.Fetching;
using NodeForge.Oci;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Layouts;
using NodeForge.Oci.Registry;

namespace NodeForge.Images.Pushing;

/// <summary>Those outputs of a build that are registries: the last step, after all that needs no network.</summary>
public sealed class RegistryOutputs
{
    private const string Transport = "docker://";
    private readonly IReadOnlyList<ImageReference> targets;
    private readonly LayerEncoding encoding;

    private RegistryOutputs(IReadOnlyList<ImageReference> targets, IReadOnlyList<string> others, LayerEncoding encoding)
    {
        this.targets = targets;
        Others = others;
        this.encoding = encoding;
    }

    /// <summary>The outputs that are no registries, as they were given.</summary>
    public IReadOnlyList<string> Others { get; }

    /// <summary>Whether there is anything to push.</summary>
    public bool IsEmpty => targets.Count == 0;

    /// <param name="outputs">Transports of every kind.</param>
    /// <param name="compression">none, gzip or zstd.</param>
    /// <param name="offline">Refuses registries.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.OutputNotSupported"/>, <see cref="ErrorCodes.InvalidImageReference"/>; before any work.</exception>
    public static RegistryOutputs Parse(IReadOnlyList<string> outputs, string compression, bool offline)
    {
        ILookup<bool, string> split = outputs.ToLookup(output => output.StartsWith(Transport, StringComparison.Ordinal));
        ImageReference[] targets = [.. split[true].Select(output => ((ImageTransport.Registry)ImageTransport.Parse(output)).Reference)];
        if (targets.FirstOrDefault(target => target.Digest is not null) is { } digest)
            throw Refused(digest, "an image is pushed under a tag: what its digest is shows when it is built", "leave the digest out");
        if (offline && targets.Length > 0)
            throw Refused(targets[0], "--offline forbids to push", "build without --offline, or write an oci-archive");
        return new(targets, [.. split[false]], compression switch { "gzip" => LayerEncoding.Gzip, "zstd" => LayerEncoding.Zstd, _ => LayerEncoding.None });
    }

    /// <summary>Pushes to each registry what it lacks; its tag is set last, so that nobody pulls a half.</summary>
    /// <param name="images">The platforms of one image.</param>
    /// <param name="environment">Has their content.</param>
    /// <param name="client">With the user's credentials.</param>
    /// <param name="options">How often to try, and the pauses in between.</param>
    /// <param name="time">For the pauses.</param>
    /// <param name="cancellationToken">Ends it; blobs that were pushed stay, without a tag.</param>
    /// <returns>What was pushed, with its digest.</returns>
    /// <exception cref="NodeForgeException">An NF32xx error.</exception>
    public async Task<IReadOnlyList<ImageReference>> PushAsync(
        IReadOnlyList<BuiltImage> images, BuildEnvironment environment, RegistryClient client, FetchOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        if (IsEmpty)
            return [];
        IReadOnlyList<BuiltImage> encoded = await new LayerRecoding(environment, encoding).ApplyAsync(images, cancellationToken).ConfigureAwait(false);
        Descriptor root = encoded.Count == 1 ? encoded[0].Manifest : PlatformIndex.Write(encoded, environment.Store);
        List<ImageReference> pushed = [];
        foreach (ImageReference target in targets)
        {
            using ForgeStep step = environment.Reporter.Step($"push {target}");
            // An attempt that follows another finds the blobs that this one had pushed.
            pushed.Add(await RegistryRetries.RunAsync(() => new RegistryPusher(client).PushAsync(environment.Store, root, target, cancellationToken), options, time, cancellationToken).ConfigureAwait(false));
            step.Finish();
        }

        return pushed;
    }

    private static NodeForgeException Refused(ImageReference target, string what, string mend) =>
        new(new Diagnostic(ErrorCodes.OutputNotSupported, what) { Where = new(Transport + target), Mend = mend });
}
