using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using NodeForge.Bundles.Format;
using NodeForge.Bundles.Reading;
using NodeForge.Oci;

namespace NodeForge.Bundles.Serving;

/// <summary>What a registry that has what a bundle has answers (distribution-spec, "Endpoints"). It can be read alone.</summary>
internal sealed partial class BundleRegistry
{
    private readonly BundleFile bundle;
    private readonly IReadOnlyDictionary<string, ServedRepository> repositories;
    private readonly Dictionary<Digest, RawDocument> made;
    private readonly Dictionary<Digest, BundledBlob> blobs;

    public BundleRegistry(BundleFile bundle)
    {
        this.bundle = bundle;
        repositories = ServedRepository.Of(bundle.Index);
        made = repositories
            .Values.SelectMany(repository => repository.Made)
            .DistinctBy(document => document.Descriptor.Digest)
            .ToDictionary(document => document.Descriptor.Digest);
        // The bundle's files are no image's, and nobody asked for them to be given away.
        HashSet<Digest> images =
        [
            .. bundle.Index.Images.SelectMany(image => image.Roots).Select(root => root.Digest),
            .. bundle.Index.Images.SelectMany(image => image.Platforms).SelectMany(platform => platform.Blobs),
            .. (bundle.Index.Referrers ?? []).SelectMany(referrer => referrer.Blobs),
        ];
        blobs = bundle.Index.Blobs.Where(blob => images.Contains(blob.Digest)).ToDictionary(blob => blob.Digest);
    }

    public HttpAnswer Answer(HttpQuestion question) =>
        (
            question.Method is "GET" or "HEAD"
                ? Find(question)
                : HttpAnswer
                    .Refused(405, "UNSUPPORTED", "this registry gives what is in a bundle, and takes nothing")
                    .With(("Allow", "GET, HEAD"))
        ).With(("Docker-Distribution-API-Version", "registry/2.0"));

    private HttpAnswer Find(HttpQuestion question)
    {
        if (question.Path is "/v2/" or "/v2")
            return HttpAnswer.Of("{}"u8.ToArray(), "application/json");
        if (question.Path == "/v2/_catalog")
            return Page(question, "repositories", [.. CatalogOf(bundle.Index)], name: null);
        if (Route().Match(question.Path) is not { Success: true } route)
            return HttpAnswer.Refused(404, "UNSUPPORTED", "a registry has nothing there");
        string name = route.Groups["name"].Value;
        string rest = route.Groups["rest"].Value;
        // containerd asks a mirror in the name of the registry that it stands for.
        string? registry = question.Query.GetValueOrDefault("ns");
        if (!repositories.TryGetValue(name, out ServedRepository? repository) || !repository.IsOf(registry))
            return HttpAnswer.Refused(404, "NAME_UNKNOWN", "the bundle has no image of this name");
        return route.Groups["kind"].Value switch
        {
            "tags" => Page(question, "tags", repository.Tags(registry), name),
            "referrers" => Referrers(question, rest),
            "manifests" => Manifest(question, repository, rest, registry),
            _ => Digest.TryParse(rest, out Digest digest) && blobs.TryGetValue(digest, out BundledBlob? blob)
                ? Content(question, new("application/octet-stream", digest, blob.Size))
                : HttpAnswer.Refused(404, "BLOB_UNKNOWN", "the bundle does not have it"),
        };
    }

    private HttpAnswer Manifest(HttpQuestion question, ServedRepository repository, string reference, string? registry)
    {
        HttpAnswer unknown = HttpAnswer.Refused(404, "MANIFEST_UNKNOWN", "the bundle does not have it");
        if (Digest.TryParse(reference, out Digest digest))
            return made.TryGetValue(digest, out RawDocument? document) ? Content(question, document.Descriptor)
                : blobs.TryGetValue(digest, out BundledBlob? blob) && IsDocument(blob.MediaType)
                    ? Content(question, new(blob.MediaType, digest, blob.Size))
                : unknown;
        return repository.Find(reference, registry) switch
        {
            [] => unknown,
            [var only] => Content(question, only.Document.Descriptor),
            // Whoever is given one of them at random would not know which.
            var several => HttpAnswer.Refused(
                404,
                "MANIFEST_UNKNOWN",
                $"several images are called so: ask for {string.Join(" or ", several.Select(found => $"{found.Name}:{reference}"))}"
            ),
        };
    }

    private HttpAnswer Referrers(HttpQuestion question, string subject)
    {
        if (!Digest.TryParse(subject, out Digest digest))
            return HttpAnswer.Refused(400, "DIGEST_INVALID", "referrers are listed of a digest");
        string? type = question.Query.GetValueOrDefault("artifactType");
        Descriptor[] found =
        [
            .. bundle
                .Index.About([digest])
                .Where(referrer => referrer.Tag is null && (type is null || referrer.Manifest.ArtifactType == type))
                .Select(referrer => referrer.Manifest),
        ];
        HttpAnswer listed = HttpAnswer.Of(OciJson.Write(new ImageIndex { Manifests = found }), MediaTypes.Index);
        return type is null ? listed : listed.With(("OCI-Filters-Applied", "artifactType"));
    }

    private HttpAnswer Content(HttpQuestion question, Descriptor content)
    {
        string tag = $"\"{content.Digest}\"";
        (string, string)[] known = [("Docker-Content-Digest", content.Digest.ToString()), ("ETag", tag), ("Accept-Ranges", "bytes")];
        if (
            question.Header("If-None-Match") is { } had
            && had.Split(',').Any(one => one.Trim() is "*" || one.Trim().TrimStart('W', '/') == tag)
        )
            return HttpAnswer.Empty(304).With(known);
        string? asked = question.IsHead || (question.Header("If-Range") ?? tag) != tag ? null : question.Header("Range");
        if (!ByteRange.TryRead(asked, content.Size, out ByteRange? part))
            return HttpAnswer
                .Refused(416, "RANGE_INVALID", "the content is not as long")
                .With(("Content-Range", string.Create(CultureInfo.InvariantCulture, $"bytes */{content.Size}")));
        if (part is not { } range)
            return new HttpAnswer(200, content.Size, () => OpenWhole(content)).With([("Content-Type", content.MediaType), .. known]);
        string place = string.Create(CultureInfo.InvariantCulture, $"bytes {range.First}-{range.First + range.Length - 1}/{content.Size}");
        return new HttpAnswer(206, range.Length, () => OpenAt(content.Digest, range.First)).With([
            ("Content-Type", content.MediaType),
            ("Content-Range", place),
            .. known,
        ]);
    }

    private VerifyingStream OpenWhole(Descriptor content) =>
        new(OpenAt(content.Digest, 0), content.Digest, content.Size, $"{bundle.Place}, {content.Digest}");

    // Of a part every record is checked that it lies in.
    private Stream OpenAt(Digest digest, long offset)
    {
        if (!made.TryGetValue(digest, out RawDocument? document))
            return bundle.Open(digest, offset);
        return new MemoryStream(document.Bytes[(int)offset..].ToArray(), writable: false);
    }

    /// <summary>A list, or the piece of it that is asked for (distribution-spec, "Listing Tags").</summary>
    private static HttpAnswer Page(HttpQuestion question, string key, IReadOnlyList<string> all, string? name)
    {
        string? last = question.Query.GetValueOrDefault("last");
        string[] rest = [.. all.Where(one => last is null || string.CompareOrdinal(one, last) > 0)];
        string[] page = question.Number("n") is { } most ? [.. rest.Take(most)] : rest;
        HttpAnswer listed = HttpAnswer.Json(json =>
        {
            json.WriteStartObject();
            if (name is not null)
                json.WriteString("name", name);
            json.WriteStartArray(key);
            foreach (string one in page)
                json.WriteStringValue(one);
            json.WriteEndArray();
            json.WriteEndObject();
        });
        return page.Length == rest.Length || page.Length == 0
            ? listed
            : listed.With(("Link", $"<{question.Path}?n={page.Length}&last={page[^1]}{Namespace(question)}>; rel=\"next\""));
    }

    private static string Namespace(HttpQuestion question) =>
        question.Query.TryGetValue("ns", out string? registry) ? "&ns=" + Uri.EscapeDataString(registry) : "";

    private static IEnumerable<string> CatalogOf(BundleIndex index) =>
        index
            .Images.SelectMany(image => image.Names)
            .Select(name => ImageReference.Parse(name).Repository)
            .Distinct()
            .Order(StringComparer.Ordinal);

    private static bool IsDocument(string mediaType) => MediaTypes.IsIndex(mediaType) || MediaTypes.IsManifest(mediaType);

    [GeneratedRegex(
        @"\A/v2/(?<name>[a-z0-9._/:-]+)/(?:(?<kind>tags)/list|(?<kind>manifests|blobs|referrers)/(?<rest>[^/]+))\z",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Route();
}
