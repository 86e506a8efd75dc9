using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;

namespace NodeForge.Oci;

/// <summary>Reads manifests, indexes and image configs from bytes of unknown origin.</summary>
/// <remarks>
/// Refused are documents over 4 MiB, nested deeper than 32, with a key twice (in the outermost object also when only the case differs,
/// since Go's
/// decoder takes either), that are manifest and index at once (CVE-2021-41190), that lack what the specification requires, or that name
/// digests and
/// sizes that cannot be.
/// </remarks>
public static class ImageDocument
{
    /// <summary>The longest document, in bytes: the limit that registries put on a manifest (distribution-spec, "Pushing
    /// Manifests").</summary>
    public const int MaxBytes = 4 << 20;

    private const int MaxDepth = 32;

    private static readonly OciJson Strict = new(
        new JsonSerializerOptions
        {
            AllowDuplicateProperties = false,
            MaxDepth = MaxDepth,
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
        }
    );

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.InvalidImageDocument"/></exception>
    public static Manifest ReadManifest(ReadOnlyMemory<byte> json, Location where)
    {
        CheckShape(json, where, "manifest", forbidden: "manifests");
        Manifest manifest = Read(json, Strict.Manifest, where, "manifest");
        if (manifest.SchemaVersion != 2)
            throw Refuse(
                where,
                "the manifest's schema version is not 2",
                manifest.SchemaVersion.ToString(System.Globalization.CultureInfo.InvariantCulture)
            );
        if (manifest.MediaType is { } mediaType && !MediaTypes.IsManifest(mediaType))
            throw Refuse(where, "the document is taken for a manifest and says that it is something else", mediaType);
        foreach (Descriptor? descriptor in manifest.Layers.Prepend(manifest.Config))
            CheckDescriptor(descriptor, where);
        return manifest;
    }

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.InvalidImageDocument"/></exception>
    public static ImageIndex ReadIndex(ReadOnlyMemory<byte> json, Location where)
    {
        CheckShape(json, where, "index", forbidden: "layers");
        ImageIndex index = Read(json, Strict.ImageIndex, where, "index");
        if (index.SchemaVersion != 2)
            throw Refuse(
                where,
                "the index's schema version is not 2",
                index.SchemaVersion.ToString(System.Globalization.CultureInfo.InvariantCulture)
            );
        if (index.MediaType is { } mediaType && !MediaTypes.IsIndex(mediaType))
            throw Refuse(where, "the document is taken for an index and says that it is something else", mediaType);
        foreach (Descriptor? descriptor in index.Manifests)
            CheckDescriptor(descriptor, where);
        return index;
    }

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.InvalidImageDocument"/></exception>
    public static ImageConfig ReadConfig(ReadOnlyMemory<byte> json, Location where)
    {
        CheckShape(json, where, "image config", forbidden: null);
        ImageConfig config = Read(json, Strict.ImageConfig, where, "image config");
        if (config.RootFs.Type != "layers")
            throw Refuse(where, "the image config's rootfs is not of type 'layers'", config.RootFs.Type);
        // The serializer looks at members, not at what is in lists.
        return (config.History ?? []).All(entry => (HistoryEntry?)entry is not null)
            ? config
            : throw Refuse(where, "the image config's history has null in it", null);
    }

    /// <summary>What a document of unknown media type is: the media type it states, or the one that its members show.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.InvalidImageDocument"/>: neither manifest nor index, or both.</exception>
    public static string MediaTypeOf(ReadOnlyMemory<byte> json, Location where)
    {
        using JsonDocument document = Parse(json, where, "manifest");
        bool layers = document.RootElement.TryGetProperty("layers", out _);
        bool manifests = document.RootElement.TryGetProperty("manifests", out _);
        if (layers == manifests)
            throw Refuse(where, layers ? "the document is manifest and index at once" : "the document is neither manifest nor index", null);
        try
        {
            return document.RootElement.TryGetProperty("mediaType", out JsonElement stated) && stated.ValueKind == JsonValueKind.String
                    ? stated.GetString()!
                : layers ? MediaTypes.Manifest
                : MediaTypes.Index;
        }
        catch (InvalidOperationException wrong) // half a surrogate pair
        {
            throw Refuse(where, "the document's media type is no text", null, wrong);
        }
    }

    private static T Read<T>(ReadOnlyMemory<byte> json, JsonTypeInfo<T> type, Location where, string kind)
    {
        try
        {
            return JsonSerializer.Deserialize(json.Span, type) ?? throw Refuse(where, $"the {kind} is null", null);
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            throw Refuse(
                where,
                $"the {kind} is not what the specification asks for",
                $"{(wrong as JsonException)?.Path}: {FirstSentence(wrong.Message)}",
                wrong
            );
        }
    }

    private static void CheckShape(ReadOnlyMemory<byte> json, Location where, string kind, string? forbidden)
    {
        using JsonDocument document = Parse(json, where, kind);
        HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
        foreach (JsonProperty property in document.RootElement.EnumerateObject())
        {
            string name = property.Name;
            if (!names.Add(name))
                throw Refuse(where, $"the {kind} has a key twice, in different letters", name);
            if (forbidden is not null && string.Equals(name, forbidden, StringComparison.OrdinalIgnoreCase))
                throw Refuse(where, "the document is manifest and index at once", name);
        }

        // No list of the specification holds a null, and no reader of ours looks for one.
        if (HoldsNull(document.RootElement))
            throw Refuse(where, $"the {kind} has a list with a null in it", "null");
    }

    private static bool HoldsNull(JsonElement element) =>
        element.ValueKind switch
        {
            JsonValueKind.Object => element.EnumerateObject().Any(property => HoldsNull(property.Value)),
            JsonValueKind.Array => element.EnumerateArray().Any(item => item.ValueKind == JsonValueKind.Null || HoldsNull(item)),
            _ => false,
        };

    private static JsonDocument Parse(ReadOnlyMemory<byte> json, Location where, string kind)
    {
        if (json.Length > MaxBytes)
            throw Refuse(
                where,
                $"the {kind} is longer than {MaxBytes} bytes",
                json.Length.ToString(System.Globalization.CultureInfo.InvariantCulture)
            );
        // The parser looks at structure alone: text that is none would break whoever reads the names later.
        if (!Utf8.IsValid(json.Span))
            throw Refuse(where, $"the {kind} is no UTF-8", null);
        try
        {
            JsonDocument document = JsonDocument.Parse(
                json,
                new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false }
            );
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document
                : throw Refuse(where, $"the {kind} is no JSON object", null);
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException) // the latter: half a surrogate pair in a key
        {
            throw Refuse(where, $"the {kind} is no valid JSON", FirstSentence(wrong.Message), wrong);
        }
    }

    private static void CheckDescriptor(Descriptor? descriptor, Location where)
    {
        if (descriptor is null)
            throw Refuse(where, "null stands where a descriptor should", null);
        if (descriptor.Size < 0)
            throw Refuse(where, "a descriptor has a negative size", $"{descriptor.Digest}: {descriptor.Size}");
        if (descriptor.MediaType.Length == 0)
            throw Refuse(where, "a descriptor has no media type", descriptor.Digest.ToString());
    }

    private static string FirstSentence(string message)
    {
        int end = message.IndexOf(". ", StringComparison.Ordinal);
        return end < 0 ? message.TrimEnd('.') : message[..end];
    }

    private static NodeForgeException Refuse(Location where, string what, string? got, Exception? inner = null) =>
        new(
            new Diagnostic(ErrorCodes.InvalidImageDocument, what)
            {
                Where = where,
                Got = got is null ? null : Printable.Escape(got),
                Hint = ErrorCodes.InvalidImageDocument.Remedy,
            },
            inner
        );
}
