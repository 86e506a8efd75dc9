using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using NodeForge.Oci;

namespace NodeForge.TestSupport.Registry;

/// <summary>The registry protocol for one request (distribution-spec, "Endpoints").</summary>
internal sealed partial class RegistryRoutes(InMemoryRegistry registry, RegistryContent content, RegistryFault? fault)
{
    /// <summary>What a request needs to be allowed, in the words of the token specification.</summary>
    public static string ScopeOf(HttpRequest request)
    {
        Match route = Route().Match(request.Path.Value!);
        bool reads =
            (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)) && route.Groups["kind"].Value != "blobs/uploads";
        string action = reads ? "pull" : "pull,push";
        return route.Success ? $"repository:{route.Groups["name"].Value}:{action}" : "";
    }

    public async Task HandleAsync(HttpContext context)
    {
        if (context.Request.Path.Value is "/v2/" or "/v2")
            return;
        Match route = Route().Match(context.Request.Path.Value!);
        string name = route.Groups["name"].Value;
        string rest = route.Groups["rest"].Value;
        Func<Task> answer = (context.Request.Method, route.Groups["kind"].Value) switch
        {
            ("GET" or "HEAD", "manifests") => () => SendManifestAsync(context, name, rest),
            ("GET", "referrers") when registry.ReferrersSupported => () => ListReferrersAsync(context, name, rest),
            ("DELETE", "manifests") => () => DeleteManifestAsync(context, name, rest),
            ("GET", "tags") => () => ListTagsAsync(context, name),
            ("PUT", "manifests") => () => TakeManifestAsync(context, name, rest),
            ("POST", "blobs/uploads") => () => BeginUploadAsync(context, name),
            ("PATCH", "blobs/uploads") => () => TakeChunkAsync(context, name, rest),
            ("GET", "blobs/uploads") => () => TellUploadAsync(context, name, rest),
            ("PUT", "blobs/uploads") => () => EndUploadAsync(context, name, rest),
            ("GET" or "HEAD", "blobs") => () => SendBlobAsync(context, name, rest),
            _ => () => RefuseAsync(context, 404, "UNSUPPORTED"),
        };
        await answer();
    }

    private async Task SendManifestAsync(HttpContext context, string name, string reference)
    {
        if (content.Manifest(name, reference) is not ({ } bytes, { } mediaType))
        {
            await RefuseAsync(context, 404, "MANIFEST_UNKNOWN");
            return;
        }

        context.Response.ContentType = fault is RegistryFault.AnnounceType type ? type.MediaType : mediaType;
        context.Response.Headers["Docker-Content-Digest"] = fault is RegistryFault.AnnounceDigest announced
            ? announced.Digest
            : Digest.Of(bytes).ToString();
        await SendAsync(context, bytes);
    }

    private async Task DeleteManifestAsync(HttpContext context, string name, string digest)
    {
        if (content.Manifest(name, digest) is null)
        {
            await RefuseAsync(context, 404, "MANIFEST_UNKNOWN");
            return;
        }

        content.DeleteManifest(name, digest);
        context.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    // Two to a page, so that whoever reads one page alone is found out.
    private async Task ListTagsAsync(HttpContext context, string name)
    {
        string last = context.Request.Query["last"].ToString();
        string[] left = [.. content.Tags(name).Where(tag => string.CompareOrdinal(tag, last) > 0)];
        string[] page = [.. left.Take(2)];
        if (left.Length > page.Length)
            context.Response.Headers.Link = $"</v2/{name}/tags/list?last={page[^1]}>; rel=\"next\"";
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync($"{{\"name\":\"{name}\",\"tags\":[{string.Join(',', page.Select(tag => $"\"{tag}\""))}]}}");
    }

    private async Task SendBlobAsync(HttpContext context, string name, string digest)
    {
        if (content.Blob(name, digest) is not { } bytes)
        {
            await RefuseAsync(context, 404, "BLOB_UNKNOWN");
            return;
        }

        context.Response.ContentType = "application/octet-stream";
        ReadOnlyMemory<byte> body = bytes;
        if (registry.RangesSupported && RangeHeader().Match(context.Request.Headers.Range.ToString()) is { Success: true } range)
        {
            int from = int.Parse(range.Groups[1].Value, CultureInfo.InvariantCulture);
            context.Response.StatusCode = StatusCodes.Status206PartialContent;
            context.Response.Headers.ContentRange = $"bytes {from}-{bytes.Length - 1}/{bytes.Length}";
            body = body[from..];
        }

        await SendAsync(context, body);
    }

    private async Task SendAsync(HttpContext context, ReadOnlyMemory<byte> body)
    {
        if (HttpMethods.IsHead(context.Request.Method))
            context.Response.ContentLength = body.Length;
        else
            await FaultyAnswers.SendAsync(context, body, fault);
    }

    private async Task TakeManifestAsync(HttpContext context, string name, string reference)
    {
        byte[] bytes = await BodyAsync(context);
        if (
            registry.ChecksIndexes
            && context.Request.ContentType == MediaTypes.Index
            && ImageDocument.ReadIndex(bytes, new(name)).Manifests.Any(child => content.Manifest(name, child.Digest.ToString()) is null)
        )
        {
            await RefuseAsync(context, 400, "MANIFEST_BLOB_UNKNOWN");
            return;
        }

        Digest digest = content.AddManifest(
            name,
            Digest.TryParse(reference, out _) ? null : reference,
            bytes,
            context.Request.ContentType ?? ""
        );
        context.Response.StatusCode = StatusCodes.Status201Created;
        context.Response.Headers["Docker-Content-Digest"] = digest.ToString();
        if (registry.ReferrersSupported && SubjectOf(bytes) is { } subject)
            context.Response.Headers["OCI-Subject"] = subject;
    }

    private async Task ListReferrersAsync(HttpContext context, string name, string digest)
    {
        Descriptor[] referrers =
        [
            .. content
                .Manifests(name)
                .Where(manifest => SubjectOf(manifest.Bytes) == digest)
                .Select(manifest => new Descriptor(manifest.MediaType, Digest.Of(manifest.Bytes), manifest.Bytes.Length)
                {
                    ArtifactType = ImageDocument.ReadManifest(manifest.Bytes, new(name)).ArtifactType,
                }),
        ];
        context.Response.ContentType = MediaTypes.Index;
        await SendAsync(context, OciJson.Write(new ImageIndex { Manifests = referrers }));
    }

    private static string? SubjectOf(byte[] manifest) => JsonNode.Parse(manifest)?["subject"]?["digest"]?.GetValue<string>();

    private Task BeginUploadAsync(HttpContext context, string name)
    {
        string mount = context.Request.Query["mount"].ToString();
        bool mounted = registry.MountsSupported && mount.Length > 0 && content.Mount(context.Request.Query["from"].ToString(), name, mount);
        context.Response.StatusCode = mounted ? StatusCodes.Status201Created : StatusCodes.Status202Accepted;
        context.Response.Headers.Location = mounted
            ? $"/v2/{name}/blobs/{mount}"
            : $"/v2/{name}/blobs/uploads/{content.BeginUpload()}?state=a%2Bb";
        if (!mounted && registry.LeastChunk is { } least)
            context.Response.Headers["OCI-Chunk-Min-Length"] = least.ToString(CultureInfo.InvariantCulture);
        return Task.CompletedTask;
    }

    // Out of order is refused, as the specification has it.
    private async Task TakeChunkAsync(HttpContext context, string name, string upload)
    {
        if (content.Upload(upload) is not { } before)
        {
            await RefuseAsync(context, 404, "BLOB_UPLOAD_UNKNOWN");
            return;
        }

        if (fault is RegistryFault.BreakUpload broken)
        {
            byte[] part = new byte[broken.AfterBytes];
            await context.Request.Body.ReadExactlyAsync(part);
            content.AddToUpload(upload, part);
            context.Abort();
            return;
        }

        byte[] bytes = await BodyAsync(context);
        string range = context.Request.Headers.ContentRange.ToString();
        if (range != $"{before.Length}-{before.Length + bytes.Length - 1}")
        {
            await RefuseAsync(context, 416, "RANGE_INVALID");
            return;
        }

        content.AddToUpload(upload, bytes);
        TellPlace(context, name, upload, 202);
    }

    private async Task TellUploadAsync(HttpContext context, string name, string upload)
    {
        if (content.Upload(upload) is null)
            await RefuseAsync(context, 404, "BLOB_UPLOAD_UNKNOWN");
        else
            TellPlace(context, name, upload, 204);
    }

    private void TellPlace(HttpContext context, string name, string upload, int status)
    {
        context.Response.StatusCode = status;
        context.Response.Headers.Location = $"/v2/{name}/blobs/uploads/{upload}?state=a%2Bb";
        context.Response.Headers.Range = $"0-{Math.Max(0, content.Upload(upload)!.Length - 1)}";
    }

    private async Task EndUploadAsync(HttpContext context, string name, string upload)
    {
        byte[] bytes = [.. content.Upload(upload) ?? [], .. await BodyAsync(context)];
        if (context.Request.Query["digest"] != Digest.Of(bytes).ToString() || context.Request.Query["state"] != "a+b")
        {
            await RefuseAsync(context, 400, "DIGEST_INVALID");
            return;
        }

        content.EndUpload(upload);
        content.AddBlob(name, bytes);
        context.Response.StatusCode = StatusCodes.Status201Created;
    }

    private static async Task<byte[]> BodyAsync(HttpContext context)
    {
        using MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body);
        return body.ToArray();
    }

    private static async Task RefuseAsync(HttpContext context, int status, string code)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.WriteAsync($"{{\"errors\":[{{\"code\":\"{code}\"}}]}}");
    }

    [GeneratedRegex(@"\A/v2/(?<name>.+)/(?<kind>manifests|blobs/uploads|blobs|referrers|tags)/(?<rest>[^/]*)\z")]
    private static partial Regex Route();

    [GeneratedRegex(@"\Abytes=([0-9]{1,9})-\z")]
    private static partial Regex RangeHeader();
}
