using System.Text.Json;
using NodeForge.Oci;
using NodeForge.Oci.Compression;
using NodeForge.Oci.Content;
using NodeForge.Oci.Tar;

namespace NodeForge.Clusters.Images;

/// <summary>Passes an engine's export on to nodes while it streams: no file, no buffer of an image's size.</summary>
/// <remarks>
/// Docker before 25 names layers by IDs that tell nothing, and says at the end which is which: a large layer of such an export goes to
/// every node that lacks any,
/// and containerd drops what it has. Later engines and Podman name layers by digest.
/// </remarks>
internal sealed class EngineExport(EngineImage image, NodeArchives archives)
{
    private const int MostHeld = 64 << 20;
    private const int MostFiles = 100_000;
    private readonly Dictionary<string, SavedBlob> blobs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> links = new(StringComparer.Ordinal);
    private long held;

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.InvalidImageDocument"/>, <see cref="ErrorCodes.DiffIdMismatch"/>,
    /// <see cref="ErrorCodes.ImageBlobMissing"/> and those of the archive.</exception>
    public async Task WriteAsync(Stream export, CancellationToken cancellationToken)
    {
        using TarReader reader = new(export, $"export of {image.Asked}", new() { TrailingBytesAllowed = true }, cancellationToken);
        while (reader.Read() is { } entry)
        {
            if (blobs.Count + links.Count >= MostFiles)
                throw Refuse(
                    ErrorCodes.InvalidImageDocument,
                    "the export has more files than an image",
                    $"more than {MostFiles}",
                    $"at most {MostFiles}"
                );
            if (entry.Kind is TarEntryKind.SymbolicLink or TarEntryKind.HardLink)
                links[entry.Path] = entry.Kind == TarEntryKind.HardLink ? entry.LinkTarget! : Resolve(entry.Path, entry.LinkTarget!);
            else if (entry.Kind == TarEntryKind.File)
                blobs[entry.Path] =
                    entry.Size <= ImageDocument.MaxBytes && held + entry.Size <= MostHeld
                        ? Hold(reader.Content, entry)
                        : await PassAsync(reader.Content, entry, cancellationToken).ConfigureAwait(false);
        }

        await EndAsync().ConfigureAwait(false);
    }

    private SavedBlob Hold(Stream content, TarEntry entry)
    {
        byte[] bytes = new byte[entry.Size];
        content.ReadExactly(bytes);
        held += bytes.Length;
        return new(Digest.Of(bytes), bytes.Length, Decompression.Detect(bytes.AsSpan(0, Math.Min(6, bytes.Length))), bytes);
    }

    private async Task<SavedBlob> PassAsync(Stream content, TarEntry entry, CancellationToken cancellationToken)
    {
        Digest? named = DigestIn(entry.Path);
        if (!(named is null ? image.DiffIds.Any(diffId => archives.Lack(diffId)) : archives.Lack(named)))
            return new(named ?? default, entry.Size, LayerCompression.None, null) { Unread = named is null };
        byte[] buffer = new byte[1 << 16];
        LayerCompression compression = LayerCompression.None;
        Digest digest = default;
        await archives
            .WriteBlobAsync(
                named?.Hex ?? $"layer-{blobs.Count}",
                named,
                entry.Size,
                output =>
                {
                    using HashingStream hashing = new(output);
                    bool first = true;
                    int count;
                    while ((count = content.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)) > 0)
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        if (first)
                            compression = Decompression.Detect(buffer.AsSpan(0, Math.Min(6, count)));
                        first = false;
                        hashing.Write(buffer.AsSpan(0, count));
                    }

                    digest = hashing.Finish();
                    return Task.CompletedTask;
                }
            )
            .ConfigureAwait(false);
        return named is null || named == digest
            ? new(digest, entry.Size, compression, null)
            : throw Refuse(ErrorCodes.ImageBlobMismatch, "a layer is not what its name says", digest.ToString(), named.ToString());
    }

    private async Task EndAsync()
    {
        (byte[] config, IReadOnlyList<string> paths) = ReadManifest();
        ImageConfig read = ImageDocument.ReadConfig(config, new(image.Asked));
        if (paths.Count != read.RootFs.DiffIds.Count)
            throw Refuse(
                ErrorCodes.DiffIdMismatch,
                "the export has another number of layers than the image config has diff IDs",
                $"{paths.Count}",
                $"{read.RootFs.DiffIds.Count}"
            );
        List<Descriptor> layers = [];
        foreach ((string path, Digest diffId) in paths.Zip(read.RootFs.DiffIds))
        {
            SavedBlob layer = Find(path);
            // Nobody lacked any layer of this export, so none was read: plain ones are what the config says.
            Digest digest = layer.Unread ? diffId : layer.Digest;
            if (layer.Compression == LayerCompression.None && digest != diffId && DigestIn(path) is null)
                throw Refuse(
                    ErrorCodes.DiffIdMismatch,
                    "a layer of the export is not what the image config says",
                    digest.ToString(),
                    diffId.ToString()
                );
            if (layer.Bytes is { } bytes)
                await archives.WriteBlobAsync(digest, bytes).ConfigureAwait(false);
            bool plain = layer.Compression == LayerCompression.None && digest == diffId;
            layers.Add(
                new(
                    plain ? MediaTypes.Layer
                        : layer.Compression == LayerCompression.Zstd ? MediaTypes.LayerZstd
                        : MediaTypes.LayerGzip,
                    digest,
                    layer.Size
                )
            );
        }

        byte[] manifest = OciJson.Write(
            new Manifest { Config = new(MediaTypes.Config, Digest.Of(config), config.Length), Layers = layers }
        );
        await archives.WriteBlobAsync(Digest.Of(config), config).ConfigureAwait(false);
        await archives.WriteBlobAsync(Digest.Of(manifest), manifest).ConfigureAwait(false);
        archives.End(new(MediaTypes.Manifest, Digest.Of(manifest), manifest.Length), image.Names);
    }

    private (byte[] Config, IReadOnlyList<string> Layers) ReadManifest()
    {
        byte[] json = Find("manifest.json").Bytes ?? [];
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement[] entries = [.. document.RootElement.EnumerateArray()];
            foreach (JsonElement entry in entries)
            {
                byte[] config = Find(entry.GetProperty("Config").GetString() ?? string.Empty).Bytes ?? [];
                if (entries.Length == 1 || Digest.Of(config) == image.Id)
                    return (config, [.. entry.GetProperty("Layers").EnumerateArray().Select(layer => layer.GetString() ?? string.Empty)]);
            }
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw Refuse(ErrorCodes.InvalidImageDocument, "manifest.json is not what engines write", wrong.Message, null);
        }

        throw Refuse(ErrorCodes.ImageBlobMissing, "the export does not have the image", null, image.Id.ToString());
    }

    private SavedBlob Find(string path) =>
        blobs.GetValueOrDefault(links.GetValueOrDefault(path, path))
        ?? throw Refuse(ErrorCodes.ImageBlobMissing, "the export lacks a file that it names", $"no '{path}'", null);

    // "../<id>/layer.tar" of docker before 25
    private static string Resolve(string path, string target)
    {
        List<string> parts = [.. path.Split('/')[..^1]];
        foreach (string part in target.Split('/'))
        {
            if (part == ".." && parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
            else if (part is not ("" or "." or ".."))
                parts.Add(part);
        }

        return string.Join('/', parts);
    }

    private static Digest? DigestIn(string path)
    {
        string name = path[(path.LastIndexOf('/') + 1)..];
        bool named = path.StartsWith("blobs/sha256/", StringComparison.Ordinal) || name == path;
        return named && Digest.TryParse("sha256:" + name.Split('.')[0], out Digest digest) ? digest : null;
    }

    private NodeForgeException Refuse(ErrorCode code, string what, string? got, string? want) =>
        new(
            new Diagnostic(code, what)
            {
                Where = new(image.Asked, Detail: "the engine's export"),
                Got = got,
                Want = want,
                Hint = "build or pull the image again",
            }
        );

    private sealed record SavedBlob(Digest Digest, long Size, LayerCompression Compression, byte[]? Bytes)
    {
        public bool Unread { get; init; }
    }
}
