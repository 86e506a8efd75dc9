using NodeForge.Files;
using NodeForge.Oci;
using NodeForge.Oci.Compression;
using NodeForge.Oci.Content;
using NodeForge.Oci.Transports;

namespace NodeForge.Clusters.Images;

/// <summary>An archive or layout whose images are to be loaded. One that is compressed as a whole, or comes through a pipe, is written
/// beside, since its blobs are wanted one by one.</summary>
internal sealed class OpenedArchive : IDisposable
{
    private readonly IImageSource source;
    private readonly string? unpacked;

    private OpenedArchive(IImageSource source, IReadOnlyList<ImageEntry> images, string? unpacked) =>
        (this.source, Images, this.unpacked) = (source, images, unpacked);

    /// <summary>The images that are meant, each with a name.</summary>
    public IReadOnlyList<ImageEntry> Images { get; }

    /// <exception cref="NodeForgeException">The NF51 range, <see cref="ErrorCodes.PathNotUsable"/>,
    /// <see cref="ErrorCodes.ImageWithoutName"/>.</exception>
    public static async Task<OpenedArchive> OpenAsync(
        string place,
        HostEnvironment host,
        string scratch,
        TransportHost transports,
        CancellationToken cancellationToken
    )
    {
        (string path, ImageTransport? transport, string? file) = Find(place, host);
        string? unpacked = file is null ? null : await UnpackAsync(file, scratch, cancellationToken).ConfigureAwait(false);
        try
        {
            IImageSource source = await OpenAsync(transport, unpacked ?? file, path, transports, cancellationToken).ConfigureAwait(false);
            IReadOnlyList<ImageEntry> images = transport?.Name is { } name
                ? [await source.FindAsync(name, cancellationToken).ConfigureAwait(false)]
                : await source.ListAsync(cancellationToken).ConfigureAwait(false);
            CheckNames(place, images);
            return new(source, images, unpacked);
        }
        catch
        {
            Remove(unpacked);
            throw;
        }
    }

    /// <summary>Refuses a file that is no archive, before anybody is asked where its images shall go. A pipe is not looked into.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.NotAnImageArchive"/>, <see cref="ErrorCodes.PathNotUsable"/>.</exception>
    public static void Check(string place, HostEnvironment host)
    {
        if (Find(place, host).File is { } file && (RegularFile.SizeOf(file) is not null || !File.Exists(file)))
            ImageArchives.Check(file);
    }

    private static (string Path, ImageTransport? Transport, string? File) Find(string place, HostEnvironment host)
    {
        string path = host.Resolve(place);
        ImageTransport? transport = ImageTransport.IsOne(place) && !File.Exists(path) ? ImageTransport.Parse(place) : null;
        if (transport is { Room.IsFile: true })
            transport = transport with { Path = host.Resolve(transport.Path) };
        string? file =
            transport is null ? (Directory.Exists(path) ? null : path)
            : transport.Room is { IsFile: true, IsFolder: false, Form: not TransportForm.FileAndImage } ? transport.Path
            : null;
        return (path, transport, file);
    }

    public Task<Image> OpenAsync(ImageEntry entry, Platform platform, CancellationToken cancellationToken) =>
        Task.Run(async () => await source.OpenAsync(entry, platform, cancellationToken).ConfigureAwait(false), cancellationToken);

    public void Dispose() => Remove(unpacked);

    private static Task<IImageSource> OpenAsync(
        ImageTransport? transport,
        string? file,
        string path,
        TransportHost transports,
        CancellationToken cancellationToken
    ) =>
        (transport, file) switch
        {
            (null, null) => Task.Run<IImageSource>(() => OciLayout.Open(path), cancellationToken),
            (null, _) => Task.Run(() => ImageArchives.Open(file, cancellationToken), cancellationToken),
            (_, null) => transport.OpenAsync(transports, cancellationToken),
            _ => (transport with { Path = file }).OpenAsync(transports, cancellationToken),
        };

    /// <returns>The unpacked file, or null where the archive is a plain file.</returns>
    private static async Task<string?> UnpackAsync(string file, string scratch, CancellationToken cancellationToken)
    {
        string target = Path.Combine(scratch, $"archive-{Path.GetRandomFileName()}.tar");
        try
        {
            bool unpacked = await PipeOrFile
                .ReadAsync(() => Unpack(file, target, cancellationToken), cancellationToken)
                .ConfigureAwait(false);
            return unpacked ? target : null;
        }
        catch
        {
            Remove(target);
            throw;
        }
    }

    private static bool Unpack(string file, string target, CancellationToken cancellationToken)
    {
        using FileStream compressed = AtomicFile.Guard(
            file,
            () => new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0)
        );
        // What comes through a pipe comes once, and is kept whatever it is.
        if (compressed.CanSeek)
        {
            byte[] head = new byte[6];
            int length = compressed.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
            if (Decompression.Detect(head.AsSpan(0, length)) == LayerCompression.None)
                return false;
            compressed.Position = 0;
        }

        using Stream plain = Decompression.Open(compressed, file);
        cancellationToken.ThrowIfCancellationRequested();
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        using FileStream output = new(target, FileMode.CreateNew, FileAccess.Write);
        try
        {
            byte[] part = new byte[128 << 10];
            while (plain.Read(part) is > 0 and int length)
            {
                cancellationToken.ThrowIfCancellationRequested();
                output.Write(part, 0, length);
            }

            return true;
        }
        catch
        {
            // Whoever waited may have left, and looked before this was made.
            Remove(target);
            throw;
        }
    }

    private static void CheckNames(string place, IReadOnlyList<ImageEntry> images)
    {
        if (images.Count == 0)
            throw new NodeForgeException(new Diagnostic(ErrorCodes.ImageNotFound, "there is no image in it") { Where = new(place) });
        Diagnostic[] nameless =
        [
            .. images
                .Where(image => image.References.Count == 0)
                .Select(image => new Diagnostic(ErrorCodes.ImageWithoutName, "the image has no full name, so no pod could ask for it")
                {
                    Where = new(place, Detail: image.DisplayName),
                    Hint =
                        "name it where the archive is named, docker-archive:FILE:NAME:TAG, or write the archive with its name: docker save NAME:TAG",
                }),
        ];
        if (nameless.Length > 0)
            throw new NodeForgeException(nameless);
    }

    private static void Remove(string? unpacked)
    {
        if (File.Exists(unpacked))
            File.Delete(unpacked);
    }
}
