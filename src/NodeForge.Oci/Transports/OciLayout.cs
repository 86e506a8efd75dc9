using System.Text.Json;
using NodeForge.Oci.Content;

namespace NodeForge.Oci.Transports;

/// <summary>An OCI image layout in a folder (image-spec image-layout.md).</summary>
public sealed class OciLayout : IImageSource
{
    internal const string MarkerFile = "oci-layout";
    internal const string IndexFile = "index.json";

    private OciLayout(string folder, ImageIndex index)
    {
        Folder = folder;
        Blobs = new(Path.Combine(folder, "blobs"));
        Index = index;
    }

    internal static TransportRoom Room { get; } =
        new("oci", TransportForm.FileAndTag)
        {
            Open = (place, _, cancellationToken) => Task.Run<IImageSource>(() => Open(place.Path), cancellationToken),
            Target = (place, _) => new Writer(place.Path),
            Artifacts = (place, _) => new LayoutArtifacts(place.Path),
            KeepsReferrers = true,
            IsFolder = true,
        };

    public string Folder { get; }

    /// <summary>The layout's blobs. What is written there is in no image until an export names it.</summary>
    public BlobStore Blobs { get; }

    /// <summary><c>index.json</c> as it was when the layout was opened.</summary>
    public ImageIndex Index { get; }

    public string Place => Folder;

    private IReadOnlyList<(ImageEntry Entry, IReadOnlyList<Descriptor> Roots)> Entries => field ??= LayoutIndex.Entries(Index, Folder);

    public ValueTask<IReadOnlyList<ImageEntry>> ListAsync(CancellationToken cancellationToken) =>
        new([.. Entries.Select(listed => listed.Entry)]);

    public ValueTask<IReadOnlyList<Descriptor>> RootsAsync(ImageEntry entry, CancellationToken cancellationToken) =>
        new(Entries.First(listed => listed.Entry.Content == entry.Content).Roots);

    // Build tools lay layouts out of links into their own stores; a link has a length of its own.
    public ValueTask<long?> SizeOfAsync(Descriptor blob, CancellationToken cancellationToken)
    {
        FileInfo file = new(Blobs.PathOf(blob.Digest));
        if (file.LinkTarget is null)
            return new(Blobs.SizeOf(blob.Digest));
        return new(
            AtomicFile.Guard(file.FullName, () => file.ResolveLinkTarget(returnFinalTarget: true)) is FileInfo { Exists: true } target
                ? target.Length
                : null
        );
    }

    public ValueTask<Stream> OpenAsync(Descriptor blob, CancellationToken cancellationToken) => new(Blobs.OpenRead(blob.Digest));

    public ValueTask<IReadOnlyList<Referrer>?> ReferrersAsync(Descriptor subject, CancellationToken cancellationToken) =>
        LayoutReferrers.FindAsync(this, Index, subject, cancellationToken);

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.NotAnImageLayout"/>,
    /// <see cref="ErrorCodes.InvalidImageDocument"/>.</exception>
    public static OciLayout Open(string folder)
    {
        string path = Path.GetFullPath(folder);
        CheckMarker(ReadSmall(path, MarkerFile), new(path, Detail: MarkerFile));
        return new(path, ImageDocument.ReadIndex(ReadSmall(path, IndexFile), new(path, Detail: IndexFile)));
    }

    /// <summary>Writes images into a folder: a new one appears whole; one that is a layout gets the blobs that it lacks first and the names
    /// last.</summary>
    /// <remarks>Safe to run again, and by several processes at once. Blobs are hard-linked where that is possible.</remarks>
    /// <param name="folder">Absent, empty or a layout.</param>
    /// <param name="images">What is written; tags among them are unique.</param>
    /// <param name="cancellationToken">Ends it; a new folder is then not there, an old one names what it named.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.OutputInUse"/>, <see cref="ErrorCodes.ImageNameCollision"/>, and what a
    /// layer cannot be read for.</exception>
    public static async Task<OciLayout> WriteAsync(string folder, IReadOnlyList<Image> images, CancellationToken cancellationToken)
    {
        string target = Path.GetFullPath(folder).TrimEnd('/');
        WrittenImages written = new(images);
        if (!IsNew(target) || !await CreateAsync(target, written, cancellationToken).ConfigureAwait(false))
            await ExtendAsync(target, written, cancellationToken).ConfigureAwait(false);
        return Open(target);
    }

    internal static void CheckMarker(ReadOnlyMemory<byte> marker, Location where)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(
                marker,
                new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 8 }
            );
            string? version =
                document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("imageLayoutVersion", out JsonElement stated)
                && stated.ValueKind == JsonValueKind.String
                    ? stated.GetString()
                    : null;
            if (version is null || !version.StartsWith("1.", StringComparison.Ordinal))
                throw NotALayout(where, "the image layout is of a version that we do not know", version ?? "no version", "1.0.0");
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException) // the latter: a string that is no text
        {
            throw NotALayout(where, "the file that marks an image layout is no JSON", wrong.Message, null);
        }
    }

    internal static NodeForgeException NotALayout(Location where, string what, string? got, string? want) =>
        new(
            new Diagnostic(ErrorCodes.NotAnImageLayout, what)
            {
                Where = where,
                Got = got,
                Want = want,
                Hint = "name a folder that holds oci-layout and index.json",
            }
        );

    private static byte[] ReadSmall(string folder, string name)
    {
        string path = Path.Combine(folder, name);
        if (RegularFile.SizeOf(path) is null)
            throw NotALayout(new(folder), $"this is no image layout: {name} is not there or is no file", null, null);
        return RegularFile.ReadSmall(
            path,
            ImageDocument.MaxBytes,
            length => NotALayout(new(path), $"the file is longer than {ImageDocument.MaxBytes} bytes", $"{length} bytes", null)
        );
    }

    private static bool IsNew(string target) =>
        AtomicFile.Guard(
            target,
            () =>
            {
                if (File.Exists(target))
                    throw InUse(target, "a file");
                if (!Directory.Exists(target) || !Directory.EnumerateFileSystemEntries(target).Any())
                    return true;
                return File.Exists(Path.Combine(target, MarkerFile))
                    ? false
                    : throw InUse(
                        target,
                        Path.GetFileName(Directory.EnumerateFileSystemEntries(target).Order(StringComparer.Ordinal).First())
                    );
            }
        );

    private static NodeForgeException InUse(string target, string got) =>
        new(
            new Diagnostic(ErrorCodes.OutputInUse, "the folder holds something that is no image layout")
            {
                Where = new(target),
                Got = got,
                Hint = "name a new or empty folder",
            }
        );

    /// <returns>False when somebody else made the folder meanwhile.</returns>
    private static async Task<bool> CreateAsync(string target, WrittenImages written, CancellationToken cancellationToken)
    {
        using LayoutDraft draft = new(target);
        BlobStore blobs = new(Path.Combine(draft.Folder, "blobs"));
        await BringAsync(written, blobs, cancellationToken).ConfigureAwait(false);
        AtomicFile.WriteAllBytes(Path.Combine(draft.Folder, IndexFile), LayoutIndex.Write(null, written, new(target)));
        AtomicFile.WriteAllBytes(Path.Combine(draft.Folder, MarkerFile), LayoutIndex.Marker);
        AtomicFile.SyncFolder(Path.Combine(draft.Folder, "blobs", "sha256"));
        AtomicFile.SyncFolder(Path.Combine(draft.Folder, "blobs"));
        return AtomicFile.Guard(target, () => Publish(draft, target));
    }

    // Side by side: a cache hashes what leaves it, which keeps one core busy for each.
    private static Task BringAsync(WrittenImages written, BlobStore target, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            written.Blobs,
            new ParallelOptions { MaxDegreeOfParallelism = Math.Min(Environment.ProcessorCount, 4), CancellationToken = cancellationToken },
            async (blob, stop) => await blob.BringAsync(target, stop).ConfigureAwait(false)
        );

    private static bool Publish(LayoutDraft draft, string target)
    {
        draft.Finish();
        try
        {
            if (Directory.Exists(target))
                Directory.Delete(target);
            Directory.Move(draft.Folder, target);
        }
        catch (IOException) when (File.Exists(Path.Combine(target, MarkerFile)))
        {
            return false;
        }

        AtomicFile.SyncFolder(Path.GetDirectoryName(target)!);
        return true;
    }

    private static async Task ExtendAsync(string target, WrittenImages written, CancellationToken cancellationToken)
    {
        BlobStore blobs = new(Path.Combine(target, "blobs"));
        _ = LayoutIndex.Write(Open(target).Index, written, new(target)); // a collision is told before anything is written
        await BringAsync(written, blobs, cancellationToken).ConfigureAwait(false);
        AtomicFile.SyncFolder(Path.Combine(target, "blobs", "sha256"));
        using IDisposable held = await LayoutLock.TakeAsync(target, cancellationToken).ConfigureAwait(false);
        AtomicFile.WriteAllBytes(Path.Combine(target, IndexFile), LayoutIndex.Write(Open(target).Index, written, new(target)));
    }

    private sealed class Writer(string folder) : IImageTarget
    {
        public Task WriteAsync(IReadOnlyList<Image> images, CancellationToken cancellationToken) =>
            OciLayout.WriteAsync(folder, images, cancellationToken);
    }
}
