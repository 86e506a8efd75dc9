using System.Text.Json.Nodes;
using NodeForge.Oci;

namespace NodeForge.Verification.Sbom;

/// <summary>What an image is made of, as CycloneDX 1.6 in JSON. The bytes are a function of the image: the serial number comes from its
/// digest.</summary>
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
            .. report
                .Components.Select(component => (component, Url: PackageUrl.Of(component, report.OperatingSystem)))
                .DistinctBy(static pair => pair.Url)
                .OrderBy(static pair => pair.Url, StringComparer.Ordinal),
        ];
        string[] known = [.. components.Select(static pair => pair.Url)];
        (string Url, string Path, string Version)[] modules =
        [
            .. components
                .SelectMany(static pair => pair.Component.GoModules)
                .Select(static module => (Url: PackageUrl.OfGo(module.Key, module.Value), module.Key, module.Value))
                .DistinctBy(static module => module.Url)
                .Where(module => !known.Contains(module.Url))
                .OrderBy(static module => module.Url, StringComparer.Ordinal),
        ];
        string image = PackageUrl.Of(report);
        JsonNode[] system = report.OperatingSystem is { } release ? [SystemOf(release)] : [];
        JsonObject document = new()
        {
            ["bomFormat"] = "CycloneDX",
            ["specVersion"] = "1.6",
            ["serialNumber"] = "urn:uuid:" + Uuid(manifest),
            ["version"] = 1,
            ["metadata"] = new JsonObject
            {
                ["timestamp"] = SpdxDocument.Created(report),
                ["tools"] = new JsonObject
                {
                    ["components"] = new JsonArray(new JsonObject { ["type"] = "application", ["name"] = "nodeforge" }),
                },
                ["component"] = new JsonObject
                {
                    ["type"] = "container",
                    ["bom-ref"] = image,
                    ["name"] = report.Image,
                    ["version"] = report.KubernetesVersion ?? manifest.ToString(),
                    ["purl"] = image,
                    ["hashes"] = Hashes(manifest),
                },
            },
            ["components"] = new JsonArray([
                .. system,
                .. components.Select(static pair => Component(pair.Component, pair.Url)),
                .. modules.Select(static module => Module(module.Url, module.Path, module.Version)),
                .. report.UnownedFiles.Select(File),
            ]),
            ["dependencies"] = new JsonArray([
                DependsOn(image, [.. system.Select(static item => item["bom-ref"]!.GetValue<string>()), .. known]),
                .. components
                    .Where(static pair => pair.Component.GoModules.Count > 0)
                    .Select(static pair =>
                        DependsOn(
                            pair.Url,
                            pair.Component.GoModules.Select(static module => PackageUrl.OfGo(module.Key, module.Value))
                                .Distinct()
                                .Order(StringComparer.Ordinal)
                        )
                    ),
            ]),
        };
        return document.ToJsonString(SbomJson.Options) + "\n";
    }

    // Without a package URL: scanners take the distribution from name and version (Trivy, pkg/sbom/io/decode.go).
    private static JsonNode SystemOf(OperatingSystemRelease release)
    {
        JsonObject item = new()
        {
            ["type"] = "operating-system",
            ["bom-ref"] = $"os:{release.Id}",
            ["name"] = release.Id,
        };
        if (release.VersionId is { } version)
            item["version"] = version;
        return item;
    }

    private static JsonNode Component(VerifiedComponent component, string url)
    {
        JsonObject item = new()
        {
            ["type"] =
                component.Debian is not null ? "library"
                : component.PreloadedAs is not null ? "container"
                : "application",
            ["bom-ref"] = url,
            ["name"] = component.Name,
        };
        if (component.Version is { } version)
            item["version"] = version;
        if (component.Digest is { } digest)
            item["hashes"] = Hashes(digest);
        item["purl"] = url;
        if (component.Debian is { } debian)
            item["properties"] = new JsonArray(
                Property("PkgType", "debian"),
                Property("SrcName", debian.SourceName),
                Property("SrcVersion", debian.SourceVersion)
            );
        if (component.Files.Count > 0)
            item["evidence"] = new JsonObject
            {
                ["occurrences"] = new JsonArray([
                    .. component.Files.Select(static path => (JsonNode)new JsonObject { ["location"] = path }),
                ]),
            };
        return item;
    }

    // A file that belongs to no component is one by itself, so that nothing in the image goes unsaid.
    private static JsonNode File(string path) =>
        new JsonObject
        {
            ["type"] = "file",
            ["bom-ref"] = "file:" + path,
            ["name"] = path,
        };

    private static JsonNode Module(string url, string path, string version) =>
        new JsonObject
        {
            ["type"] = "library",
            ["bom-ref"] = url,
            ["name"] = path,
            ["version"] = version,
            ["purl"] = url,
        };

    private static JsonNode Property(string name, string value) =>
        new JsonObject { ["name"] = "aquasecurity:trivy:" + name, ["value"] = value };

    private static JsonNode DependsOn(string from, IEnumerable<string> to) =>
        new JsonObject { ["ref"] = from, ["dependsOn"] = new JsonArray([.. to.Select(static reference => (JsonNode)reference)]) };

    private static JsonArray Hashes(Digest digest) => new(new JsonObject { ["alg"] = "SHA-256", ["content"] = digest.Hex });

    // The form of a UUID of version 8, which is for values of one's own making (RFC 9562, 5.8).
    private static string Uuid(Digest digest)
    {
        string hex = digest.Hex;
        return $"{hex[..8]}-{hex[8..12]}-8{hex[13..16]}-a{hex[17..20]}-{hex[20..32]}";
    }
}
