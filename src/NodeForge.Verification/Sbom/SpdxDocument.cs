using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NodeForge.Verification.Sbom;

/// <summary>What an image is made of, as SPDX 2.3 in JSON. The bytes are a function of the image: no clock, no random identifier.</summary>
public static class SpdxDocument
{
    private const string Nobody = "NOASSERTION";

    /// <param name="report">Of an image that could be opened.</param>
    /// <exception cref="ArgumentException">The image could not be opened.</exception>
    public static string Write(VerificationReport report)
    {
        if (report.Manifest is not { } manifest)
            throw new ArgumentException("An image that could not be opened has no bill of materials.", nameof(report));
        VerifiedComponent[] components =
        [
            .. report
                .Components.OrderBy(static component => component.Name, StringComparer.Ordinal)
                .ThenBy(static component => component.Origin, StringComparer.Ordinal),
        ];
        JsonObject document = new()
        {
            ["spdxVersion"] = "SPDX-2.3",
            ["dataLicense"] = "CC0-1.0",
            ["SPDXID"] = "SPDXRef-DOCUMENT",
            ["name"] = report.Image,
            ["documentNamespace"] = $"https://nodeforge.dev/spdx/{manifest.Hex}",
            ["creationInfo"] = new JsonObject { ["created"] = Created(report), ["creators"] = new JsonArray("Tool: nodeforge") },
            ["packages"] = new JsonArray([Image(report), .. components.Select((component, index) => Package(component, index, report))]),
            ["relationships"] = new JsonArray([
                Relation("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-Image"),
                .. components.Select((_, index) => Relation("SPDXRef-Image", "CONTAINS", Id(index))),
            ]),
        };
        return document.ToJsonString(SbomJson.Options) + "\n";
    }

    internal static string Created(VerificationReport report) => report.Created ?? "1970-01-01T00:00:00Z";

    private static JsonNode Image(VerificationReport report)
    {
        JsonObject image = new()
        {
            ["SPDXID"] = "SPDXRef-Image",
            ["name"] = report.Image,
            ["versionInfo"] = report.KubernetesVersion ?? report.Manifest.ToString(),
            ["supplier"] = Nobody,
            ["downloadLocation"] = Nobody,
            ["filesAnalyzed"] = false,
            ["checksums"] = new JsonArray(new JsonObject { ["algorithm"] = "SHA256", ["checksumValue"] = report.Manifest!.Value.Hex }),
            ["externalRefs"] = References(PackageUrl.Of(report)),
        };
        // A file of SPDX 2.3 needs a SHA-1 (8.4), which is not worth reading an image for: what belongs to no package is a note of the
        // image.
        if (report.UnownedFiles.Count > 0)
            image["annotations"] = new JsonArray(
                new JsonObject
                {
                    ["annotationDate"] = Created(report),
                    ["annotationType"] = "OTHER",
                    ["annotator"] = "Tool: nodeforge",
                    ["comment"] = "files of no package:\n" + string.Join('\n', report.UnownedFiles),
                }
            );
        return image;
    }

    private static JsonNode Package(VerifiedComponent component, int index, VerificationReport report)
    {
        JsonObject package = new()
        {
            ["SPDXID"] = Id(index),
            ["name"] = component.Name,
            ["versionInfo"] = component.Version ?? Nobody,
            ["supplier"] = component.Debian is not null && report.OperatingSystem?.Id is null or "debian" ? "Organization: Debian" : Nobody,
            ["downloadLocation"] =
                Uri.TryCreate(component.Origin, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https"
                    ? component.Origin
                    : Nobody,
            ["filesAnalyzed"] = false,
        };
        if (component.Digest is { } digest)
            package["checksums"] = new JsonArray(new JsonObject { ["algorithm"] = "SHA256", ["checksumValue"] = digest.Hex });
        package["externalRefs"] = References(PackageUrl.Of(component, report.OperatingSystem));
        return package;
    }

    private static JsonArray References(string url) =>
        new(
            new JsonObject
            {
                ["referenceCategory"] = "PACKAGE-MANAGER",
                ["referenceType"] = "purl",
                ["referenceLocator"] = url,
            }
        );

    private static JsonNode Relation(string from, string kind, string to) =>
        new JsonObject
        {
            ["spdxElementId"] = from,
            ["relationshipType"] = kind,
            ["relatedSpdxElement"] = to,
        };

    private static string Id(int index) => FormattableString.Invariant($"SPDXRef-Package-{index + 1}");
}

internal static class SbomJson
{
    public static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        TypeInfoResolver = null,
    };
}
