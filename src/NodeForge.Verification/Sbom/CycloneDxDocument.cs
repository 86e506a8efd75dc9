using System.Text.Json.Nodes;
using NodeForge.Oci;

namespace NodeForge.Verification.Sbom;

/// <summary>What an image is made of, as CycloneDX 1.6 in JSON. The bytes are a function of the image: the serial number comes from its digest.</summary>
public static class CycloneDxDocument
{
    /// <param name="report">Of an image that could be opened.</param>
    /// <exception cref="ArgumentException">The image could not be opened.</exception>
    public static string Write(VerificationReport report)
    {
        if (report.Manifest is not { } manifest)
            throw new ArgumentException("An image that could not be opened has no bill of materials.", nameof(report));
        (VerifiedComponent Component, string Url)[] components =
        [
            .. report.Components.Select(component => (component, Url: PackageUrl.Of(component, report.Platform))).DistinctBy(static pair => pair.Url).OrderBy(static pair => pair.Url, StringComparer.Ordinal),
        ];
        string image = PackageUrl.Of(report);
        JsonObject document = new()
        {
            ["bomFormat"] = "CycloneDX",
            ["specVersion"] = "1.6",
            ["serialNumber"] = "urn:uuid:" + Uuid(manifest),
            ["version"] = 1,
            ["metadata"] = new JsonObject
            {
                ["timestamp"] = SpdxDocument.Created(report),
                ["tools"] = new JsonObject { ["components"] = new JsonArray(new JsonObject { ["type"] = "application", ["name"] = "nodeforge" }) },
                ["component"] = new JsonObject { ["type"] = "container", ["bom-ref"] = image, ["name"] = report.Image, ["version"] = report.KubernetesVersion ?? manifest.ToString(), ["purl"] = image, ["hashes"] = Hashes(manifest) },
            },
            ["components"] = new JsonArray([.. components.Select(static pair => Component(pair.Component, pair.Url))]),
            ["dependencies"] = new JsonArray(new JsonObject { ["ref"] = image, ["dependsOn"] = new JsonArray([.. components.Select(static pair => (JsonNode)pair.Url)]) }),
        };
        return document.ToJsonString(SbomJson.Options) + "\n";
    }

    private static JsonNode Component(VerifiedComponent component, string url)
    {
        JsonObject item = new() { ["type"] = PackageUrl.IsPackage(component) ? "library" : "application", ["bom-ref"] = url, ["name"] = component.Name };
        if (component.Version is { } version)
            item["version"] = version;
        item["purl"] = url;
        if (component.Digest is { } digest)
            item["hashes"] = Hashes(digest);
        return item;
    }

    private static JsonArray Hashes(Digest digest) => new(new JsonObject { ["alg"] = "SHA-256", ["content"] = digest.Hex });

    // The form of a UUID of version 8, which is for values of one's own making (RFC 9562, 5.8).
    private static string Uuid(Digest digest)
    {
        string hex = digest.Hex;
        return $"{hex[..8]}-{hex[8..12]}-8{hex[13..16]}-a{hex[17..20]}-{hex[20..32]}";
    }
}
