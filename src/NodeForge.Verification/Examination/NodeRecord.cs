using System.Text.Json;
using NodeForge.Oci;

namespace NodeForge.Verification.Examination;

/// <summary>What a node image says of itself in <c>/usr/lib/nodeforge/image.json</c>; nothing of it is believed.</summary>
/// <param name="Problem">Why it cannot be read; everything else is then empty.</param>
internal sealed record NodeRecord(
    string? KubernetesVersion,
    string? Platform,
    IReadOnlyList<RecordedComponent> Components,
    IReadOnlyList<RecordedImage> Closure,
    string? Problem
)
{
    /// <summary>Whether the build was told to leave the closure open.</summary>
    public bool OpenClosure { get; init; }

    /// <summary>The digest of the plan that the build carried out; null where the record does not say.</summary>
    public Digest? Plan { get; init; }

    /// <returns>Null when the image has none.</returns>
    public static NodeRecord? Read(ExaminedImage image)
    {
        if (image.At(NodeFiles.Record) is not { } entry)
            return null;
        if ((entry.Content as FileFacts)?.Bytes is not { } bytes)
            return Unreadable("it is no file, or longer than any record");
        try
        {
            using JsonDocument document = JsonDocument.Parse(
                bytes,
                new JsonDocumentOptions { MaxDepth = 32, AllowDuplicateProperties = false }
            );
            JsonElement root = document.RootElement;
            return new(
                Text(root, "kubernetesVersion"),
                Text(root, "platform"),
                [.. List(root, "components").Select(Component)],
                [.. List(root, "closure").Select(Reference)],
                null
            )
            {
                Plan = Digest.TryParse(Text(root, "plan"), out Digest plan) ? plan : null,
                OpenClosure = root.TryGetProperty("openClosure", out JsonElement open) && open.ValueKind == JsonValueKind.True,
            };
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or FormatException)
        {
            return Unreadable(wrong.Message);
        }
    }

    /// <summary>The last component of a name: a tarball of the recipe's own stands over the base's package.</summary>
    public RecordedComponent? Component(string name) => Components.LastOrDefault(component => component.Name == name);

    private static NodeRecord Unreadable(string problem) => new(null, null, [], [], problem);

    private static RecordedComponent Component(JsonElement item) =>
        new(
            Text(item, "name") ?? throw new JsonException("a component has no name"),
            Text(item, "version"),
            Digest.TryParse(Text(item, "digest"), out Digest digest) ? digest : null,
            Text(item, "origin") ?? ""
        );

    private static RecordedImage Reference(JsonElement item) =>
        new(
            [.. List(item, "references").Select(name => name.GetString() ?? throw new JsonException("a reference is null"))],
            Digest.Parse(Text(item, "imageId") ?? ""),
            Digest.Parse(Text(item, "manifest") ?? ""),
            Text(item, "origin") ?? ""
        );

    private static string? Text(JsonElement item, string name) =>
        item.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static IEnumerable<JsonElement> List(JsonElement item, string name) =>
        item.TryGetProperty(name, out JsonElement list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : [];
}

/// <param name="Version">As the package or the release has it; null where nobody says.</param>
/// <param name="Digest">Of the package, the tarball or the program; null for none that can be read.</param>
internal sealed record RecordedComponent(string Name, string? Version, Digest? Digest, string Origin)
{
    /// <summary>Whether it is a Debian package, whose version counts the distribution's own repairs.</summary>
    public bool IsPackage => Origin.EndsWith(".deb", StringComparison.Ordinal);
}

internal sealed record RecordedImage(IReadOnlyList<string> References, Digest ImageId, Digest Manifest, string Origin);
