using NodeForge.Oci;
using NodeForge.Oci.Registry;

namespace NodeForge.Images.Fetching;

/// <summary>The registry of an image's blob; tokens and redirects are the registry client's business.</summary>
internal sealed class RegistryOrigin(IImageRegistry registry, FetchOptions options, Source source, RegistryBlob blob) : IContentOrigin
{
    public string Address => blob.Reference;

    public async Task<OpenedContent> OpenAsync(long from, PartialMarks? marks, CancellationToken cancellationToken)
    {
        using Pace pace = new(options, cancellationToken);
        try
        {
            RegistryContent content = await registry.OpenAsync(blob, new Descriptor(blob.MediaType, source.Digest, source.Size), from, pace.Token).ConfigureAwait(false);
            return new(content.Stream, content.StartsAt, new PartialMarks(Address, null, null), content.Answer ?? content.Stream);
        }
        catch (NodeForgeException failure)
        {
            throw Explained(failure);
        }
        catch (OperationCanceledException) when (pace.Stalled)
        {
            throw HttpFailures.Stalled(source, Address, null, options);
        }
        catch (IOException failure)
        {
            throw HttpFailures.Broken(source, Address, from, failure);
        }
    }

    /// <summary>What the registry client said, with its word on whether to ask again.</summary>
    public static TransferFailure Explained(NodeForgeException failure)
    {
        RegistryFailure? told = RegistryFailure.Of(failure);
        return new(failure.Diagnostics[0], failure)
        {
            Permanent = told is not { Transient: true },
            RetryAfter = told?.RetryAfter is { } asked && asked > Pauses.LongestRetryAfter ? Pauses.LongestRetryAfter : told?.RetryAfter,
            // Whatever the cause, bytes that a registry calls wrong are not worth keeping.
            DropPartial = failure.ExitCode == ExitCode.Verification,
        };
    }
}
