using NodeForge.Oci;
using NodeForge.Oci.Content;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Layouts;

namespace NodeForge.Clusters.Images;

/// <summary>An archive or layout whose images are to be loaded. One that is compressed as a whole, or comes through a pipe, is written beside, since its blobs are wanted one by one.</summary>
internal sealed class OpenedArchive : IDisposable
{
    private readonly ImageSource source;
    private readonly string? unpacked;

    private OpenedArchive(ImageSource source, IReadOnlyList<SourceImage> images, string? unpacked) => (this.source, Images, this.unpacked) = (source, images, unpacked);

    /// <summary>The images that are meant, each with a name.</summary>
    public IReadOnlyList<SourceImage> Images { get; }

    /// <exception cref="NodeForgeException">The NF51 range, <see cref="ErrorCodes.PathNotUsable"/>, <see cref="ErrorCodes.ImageWithoutName"/>.</exception>
    public static async Task<OpenedArchive> OpenAsync(string place, string scratch, CancellationToken cancellationToken)
    {
        ImageTransport? transport = IsTransport(place) ? ImageTransport.Parse(place) : Directory.Exists(place) ? new ImageTransport.OciFolder(place, null) : null;
        (string? file, string? name) = transport switch
        {
            null => (place, null),
            ImageTransport.OciFile archive => (archive.File, archive.Tag),
            ImageTransport.DockerFile archive => (archive.File, archive.Reference?.ToString()),
            ImageTransport.OciFolder folder => (null, folder.Tag),
            _ => (null, (string?)null),
        };
        string? unpacked = file is null ? null : await UnpackAsync(file, scratch, cancellationToken).ConfigureAwait(false);
        try
        {
            ImageSource source = await Task.Run(() => Open(transport, unpacked ?? file, cancellationToken), cancellationToken).ConfigureAwait(false);
            IReadOnlyList<SourceImage> images = name is null ? source.Images : [source.Find(name)];
            CheckNames(place, images);
            return new(source, images, unpacked);
        }
        catch
        {
            Remove(unpacked);
            throw;
        }
    }

    public async Task<ImageOffer> OfferAsync(SourceImage image, Platform platform, CancellationToken cancellationToken)
    {
        OfferedImage offered = await source.OfferAsync(image, platform, cancellationToken).ConfigureAwait(false);
        return new(
            [.. image.References.Select(reference => reference.ContainerdName)], offered.Descriptor, offered.Manifest.ToArray(), offered.Config.ToArray(),
            [.. offered.Layers.Select(layer => new LayerOffer(layer.Descriptor, (stream, token) => CopyAsync(layer, stream, token)))]);
    }

    public void Dispose() => Remove(unpacked);

    private static bool IsTransport(string place) =>
        new[] { "oci:", "oci-archive:", "docker-archive:", "docker-daemon:", "docker://" }.Any(prefix => place.StartsWith(prefix, StringComparison.Ordinal)) && !File.Exists(place);

    private static ImageSource Open(ImageTransport? transport, string? file, CancellationToken cancellationToken) => transport switch
    {
        null => ImageSource.OpenArchive(file!, cancellationToken),
        ImageTransport.OciFile archive => ImageSource.Open(archive with { File = file! }, cancellationToken),
        ImageTransport.DockerFile archive => ImageSource.Open(archive with { File = file! }, cancellationToken),
        _ => ImageSource.Open(transport, cancellationToken),
    };

    /// <returns>The unpacked file, or null where the archive is a plain file.</returns>
    private static async Task<string?> UnpackAsync(string file, string scratch, CancellationToken cancellationToken)
    {
        FileStream compressed = AtomicFile.Guard(file, () => new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0));
        await using (compressed.ConfigureAwait(false))
        {
            // What comes through a pipe comes once, and is kept whatever it is.
            if (compressed.CanSeek)
            {
                byte[] head = new byte[6];
                int length = await compressed.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                if (Decompression.Detect(head.AsSpan(0, length)) == LayerCompression.None)
                    return null;
                compressed.Position = 0;
            }

            string target = Path.Combine(Directory.CreateDirectory(scratch).FullName, $"archive-{Path.GetRandomFileName()}.tar");
            try
            {
                using Stream plain = Decompression.Open(compressed, file);
                FileStream output = new(target, FileMode.CreateNew, FileAccess.Write);
                await using (output.ConfigureAwait(false))
                    await plain.CopyToAsync(output, cancellationToken).ConfigureAwait(false);
                return target;
            }
            catch
            {
                Remove(target);
                throw;
            }
        }
    }

    private static void CheckNames(string place, IReadOnlyList<SourceImage> images)
    {
        if (images.Count == 0)
            throw new NodeForgeException(new Diagnostic(ErrorCodes.ImageNotFound, "there is no image in it") { Where = new(place) });
        Diagnostic[] nameless =
        [
            .. images.Where(image => image.References.Count == 0).Select(image => new Diagnostic(ErrorCodes.ImageWithoutName, "the image has no full name, so no pod could ask for it")
            {
                Where = new(place, Detail: image.DisplayName),
                Mend = "name it where the archive is named, docker-archive:FILE:NAME:TAG, or write the archive with its name: docker save NAME:TAG",
            }),
        ];
        if (nameless.Length > 0)
            throw new NodeForgeException(nameless);
    }

    private static Task CopyAsync(OfferedLayer layer, Stream output, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            using Stream content = layer.Open();
            byte[] buffer = new byte[1 << 17];
            int count;
            while ((count = content.Read(buffer)) > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                output.Write(buffer.AsSpan(0, count));
            }
        },
        cancellationToken);

    private static void Remove(string? unpacked)
    {
        if (unpacked is not null)
            File.Delete(unpacked);
    }
}
