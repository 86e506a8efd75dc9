using NodeForge.Oci;
using NodeForge.Oci.Content;
using NodeForge.Oci.Layouts;

namespace NodeForge.Images.Assembly;

/// <summary>An image as one file in the store.</summary>
internal sealed class ImageArchive(BuildEnvironment environment)
{
    /// <summary>As docker's own archive, which a server tarball carries.</summary>
    public Task<ActionOutput> WriteDockerAsync(BuiltImage image, CancellationToken cancellationToken) => WriteAsync(
        "docker-archive/1", image.Name, image.Manifest, image.References, image.Platform,
        (output, images) => DockerArchive.Write(output, environment.Store, images, image.Platform, cancellationToken), cancellationToken);

    private async Task<ActionOutput> WriteAsync(
        string form, string name, Descriptor manifest, IReadOnlyList<string> references, Platform platform, Action<Stream, IReadOnlyList<NamedImage>> write, CancellationToken cancellationToken)
    {
        Digest key = ActionKey.Of(form, [manifest.Digest.Hex, platform.ToString(), .. references]);
        using ForgeStep step = environment.Reporter.Step($"archive {name}");
        IReadOnlyList<ActionOutput> outputs = await environment.Actions.GetOrRunAsync(key, step, () =>
        {
            using BlobIngest ingest = environment.Store.BeginIngest();
            write(ingest, [.. references.Select(reference => new NamedImage(manifest, ImageReference.Parse(reference)))]);
            Descriptor archive = ingest.Commit();
            return Task.FromResult<IReadOnlyList<ActionOutput>>([new(name, archive.Digest, archive.Size)]);
        }, cancellationToken).ConfigureAwait(false);
        return outputs[0];
    }
}
