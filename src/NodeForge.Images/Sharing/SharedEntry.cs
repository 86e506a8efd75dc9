using System.Text.Json;
using NodeForge.Oci;

namespace NodeForge.Images.Sharing;

/// <summary>An action's outputs as a manifest: its config names them, its layers are their blobs.</summary>
/// <remarks>The same outputs give the same bytes, so that two machines that made one thing write one entry.</remarks>
/// <param name="Manifest">Under the tag.</param>
/// <param name="Config">A <see cref="SharedAction"/>.</param>
/// <param name="Outputs">What the action made.</param>
internal sealed record SharedEntry(RawDocument Manifest, RawDocument Config, IReadOnlyList<ActionOutput> Outputs)
{
    public const int LongestConfig = 1 << 20; // bytes; a build of Kubernetes has a dozen outputs
    private const string AnyBytes = "application/octet-stream";

    public static SharedEntry Of(Digest key, IReadOnlyList<ActionOutput> made)
    {
        // What a layer is called is for people, and no two recipes call it alike.
        ActionOutput[] outputs = [.. made.Select(output => output.DiffId is null ? output : output with { Name = "layer" })];
        RawDocument config = RawDocument.Create(
            SharedAction.MediaType,
            JsonSerializer.SerializeToUtf8Bytes(new SharedAction(key, outputs), SharedActionJson.Default.SharedAction)
        );
        Manifest manifest = new()
        {
            ArtifactType = SharedAction.MediaType,
            Config = config.Descriptor,
            Layers = [.. BlobsOf(outputs)],
            Annotations = new(StringComparer.Ordinal) { [SharedAction.KeyAnnotation] = key.ToString() },
        };
        return new(RawDocument.Create(MediaTypes.Manifest, OciJson.Write(manifest)), config, outputs);
    }

    /// <summary>The config, for whoever pushes blobs.</summary>
    public Layer ConfigAsBlob() =>
        new(
            Config.Descriptor,
            Config.Descriptor.Digest,
            new(Config.Descriptor.Digest.ToString()),
            _ => new(new MemoryStream(Config.Bytes.ToArray(), writable: false))
        );

    /// <summary>The blobs of an entry, each once.</summary>
    public static IEnumerable<Descriptor> BlobsOf(IReadOnlyList<ActionOutput> outputs) =>
        outputs.Select(output => new Descriptor(output.MediaType ?? AnyBytes, output.Digest, output.Size)).DistinctBy(blob => blob.Digest);

    /// <summary>Where the config of a manifest lies that says to be the entry of a key.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.SharedCacheEntry"/>.</exception>
    public static (Manifest Manifest, Descriptor Config) ReadManifest(Digest key, RawDocument document, Location where)
    {
        if (document.Descriptor.MediaType != MediaTypes.Manifest)
            throw Refused(where, "an entry of the shared cache is no manifest", document.Descriptor.MediaType, MediaTypes.Manifest);
        Manifest manifest = ImageDocument.ReadManifest(document.Bytes, where);
        if (manifest.ArtifactType != SharedAction.MediaType || manifest.Config.MediaType != SharedAction.MediaType)
            throw Refused(
                where,
                "an entry of the shared cache is something else",
                manifest.ArtifactType ?? "an image",
                SharedAction.MediaType
            );
        string? said = manifest.Annotations?.GetValueOrDefault(SharedAction.KeyAnnotation);
        if (said != key.ToString())
            throw Refused(where, "an entry of the shared cache is another action's", said ?? "no key", key.ToString());
        return manifest.Config.Size <= LongestConfig
            ? (manifest, manifest.Config)
            : throw Refused(where, "an entry of the shared cache is too long", $"{manifest.Config.Size} bytes", $"at most {LongestConfig}");
    }

    /// <summary>What an entry says that its action made, held against its manifest.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.SharedCacheEntry"/>.</exception>
    public static IReadOnlyList<ActionOutput> ReadOutputs(Digest key, Manifest manifest, ReadOnlySpan<byte> config, Location where)
    {
        SharedAction action = Parse(config, where);
        if (action.SchemaVersion != 1)
            throw Refused(where, "an entry of the shared cache is of another version", $"{action.SchemaVersion}", "1");
        if (action.Key != key)
            throw Refused(where, "an entry of the shared cache is another action's", action.Key.ToString(), key.ToString());
        if (action.Outputs.Count == 0 || action.Outputs.FirstOrDefault(output => !IsSound(output)) is not null)
            throw Refused(where, "an entry of the shared cache names no content that an action makes", null, null);
        return BlobsOf(action.Outputs)
            .SequenceEqual(manifest.Layers.Select(layer => new Descriptor(layer.MediaType, layer.Digest, layer.Size)))
            ? action.Outputs
            : throw Refused(where, "an entry of the shared cache names other content than its manifest", null, null);
    }

    public static NodeForgeException Refused(Location where, string what, string? got, string? want) =>
        new(
            new Diagnostic(ErrorCodes.SharedCacheEntry, what)
            {
                Where = where,
                Got = got,
                Want = want,
                Hint = ErrorCodes.SharedCacheEntry.Remedy,
            }
        );

    private static SharedAction Parse(ReadOnlySpan<byte> config, Location where)
    {
        try
        {
            return JsonSerializer.Deserialize(config, SharedActionJson.Default.SharedAction)
                ?? throw Refused(where, "an entry of the shared cache holds nothing", null, null);
        }
        catch (JsonException wrong)
        {
            throw Refused(where, "an entry of the shared cache cannot be read", wrong.Message, null);
        }
    }

    // A file of an action has a name that becomes a path; a layer's diff ID is, of plain bytes, their digest.
    private static bool IsSound(ActionOutput output) =>
        output is { Size: >= 0, Name.Length: > 0 and < 256 }
        && !output.Name.Any(char.IsControl)
        && (output.MediaType, output.DiffId) switch
        {
            (null, null) => !output.Name.Contains('/', StringComparison.Ordinal) && output.Name is not ("." or ".."),
            (MediaTypes.Layer, { } plain) => plain == output.Digest,
            (MediaTypes.LayerGzip or MediaTypes.LayerZstd, { }) => true,
            _ => false,
        };
}
