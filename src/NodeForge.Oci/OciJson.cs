using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeForge.Oci;

/// <summary>The one canonical writer of OCI documents: the properties in the order of the specification, no white space, nulls left
/// out.</summary>
/// <remarks>A digest is always of the bytes that were written or fetched, never of a document read and written again.</remarks>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Manifest))]
[JsonSerializable(typeof(ImageIndex))]
[JsonSerializable(typeof(ImageConfig))]
[JsonSerializable(typeof(Descriptor))]
[JsonSerializable(typeof(Platform))]
public sealed partial class OciJson : JsonSerializerContext
{
    // The escaping of "+" and "<" that the default encoder does would be legal, but nobody else writes media types so.
    private static readonly OciJson Canonical = new(
        new JsonSerializerOptions
        {
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        }
    );

    public static byte[] Write(Manifest manifest) => JsonSerializer.SerializeToUtf8Bytes(manifest, Canonical.Manifest);

    public static byte[] Write(ImageIndex index) => JsonSerializer.SerializeToUtf8Bytes(index, Canonical.ImageIndex);

    public static byte[] Write(ImageConfig config) => JsonSerializer.SerializeToUtf8Bytes(config, Canonical.ImageConfig);
}
