using System.Diagnostics.CodeAnalysis;
using NodeForge.Oci;
using NodeForge.Oci.Registry;
using NodeForge.Oci.Transports;

namespace NodeForge.Images.Fetching;

/// <summary>The registry of an image's blob; tokens and redirects are the registry client's business.</summary>
internal sealed class RegistryOrigin(RegistryClient registry, FetchOptions options, Source source, RegistryBlob blob) : IContentOrigin
{
    public string Address => blob.Reference;

    [SuppressMessage("Reliability", "CA2000", Justification = "What is returned owns them.")]
    public async Task<OpenedContent> OpenAsync(long from, PartialMarks? marks, CancellationToken cancellationToken)
    {
        using Pace pace = new(options, cancellationToken);
        try
        {
            ImageReference reference = ImageTransport.Parse(blob.Reference).Reference!;
            if (MediaTypes.IsManifest(blob.MediaType))
            {
                RawDocument document = await registry.GetManifestAsync(reference.At(source.Digest), pace.Token).ConfigureAwait(false);
                MemoryStream bytes = new(document.Bytes.ToArray(), writable: false);
                return new(bytes, 0, new PartialMarks(Address, null, null), bytes);
            }

            RemoteBlob content = await registry
                .OpenBlobAsync(reference, new Descriptor(blob.MediaType, source.Digest, source.Size), from, pace.Token)
                .ConfigureAwait(false);
            return new(content.Content, content.Offset, new PartialMarks(Address, null, null), content);
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
