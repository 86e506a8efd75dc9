using NodeForge.Oci;
using NodeForge.Oci.Transports;

namespace NodeForge.Images.Assembly.Contents;

/// <summary>An image as one file in the store.</summary>
internal sealed class ImageArchive(BuildEnvironment environment)
{
    /// <summary>As docker's own archive, which a server tarball carries.</summary>
    public async Task<ActionOutput> WriteDockerAsync(Image image, CancellationToken cancellationToken)
    {
        Digest key = ActionKey.Of(
            "docker-archive/1",
            [image.Descriptor.Digest.Hex, image.Platform.ToString(), .. image.References.Select(reference => reference.ToString())]
        );
        using ForgeStep step = environment.Reporter.Step($"archive {image.Name}");
        IReadOnlyList<ActionOutput> outputs = await environment
            .Actions.GetOrRunAsync(
                key,
                step,
                () =>
                {
                    using BlobIngest ingest = environment.Store.BeginIngest();
                    DockerArchiveWriter.Write(ingest, [image], image.Platform, cancellationToken);
                    Descriptor archive = ingest.Commit();
                    return Task.FromResult<IReadOnlyList<ActionOutput>>([new(image.Name, archive.Digest, archive.Size)]);
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        return outputs[0];
    }
}
