using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace NodeForge.Oci.Registry;

/// <summary>How a manifest is asked for, and what a registry answers: its type, its length and its digest, none of them believed.</summary>
internal static class ManifestAnswer
{
    private static readonly string[] ManifestTypes =
    [
        MediaTypes.Manifest,
        MediaTypes.Index,
        MediaTypes.DockerManifest,
        MediaTypes.DockerManifestList,
    ];

    public static HttpRequestMessage Request(HttpMethod method, Uri address)
    {
        HttpRequestMessage request = new(method, address);
        foreach (string type in ManifestTypes)
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(type));
        return request;
    }

    public static async Task<byte[]> ReadAsync(
        RegistryEndpoint endpoint,
        Uri address,
        HttpResponseMessage response,
        RegistryOptions options,
        CancellationToken cancellationToken
    )
    {
        byte[] bytes = await ResponseBody
            .ReadAsync(endpoint, response, ImageDocument.MaxBytes, options, cancellationToken)
            .ConfigureAwait(false);
        return bytes.Length <= ImageDocument.MaxBytes
            ? bytes
            : throw RegistryErrors.Invalid(
                endpoint,
                "the manifest is too long",
                $"more than {ImageDocument.MaxBytes} bytes",
                address,
                $"up to {ImageDocument.MaxBytes} bytes"
            );
    }

    public static string MediaTypeOf(RegistryEndpoint endpoint, Uri address, HttpResponseMessage response, byte[] bytes)
    {
        string type = response.Content.Headers.ContentType?.MediaType ?? "";
        if (ManifestTypes.Contains(type))
            return type;
        if (type.StartsWith("text/html", StringComparison.Ordinal) || bytes.AsSpan().TrimStart(" \t\r\n"u8).StartsWith("<"u8))
            throw RegistryErrors.Invalid(
                endpoint,
                "a web page came instead of a manifest",
                $"{type}: {RegistryErrors.Sample(bytes)}",
                address,
                "a manifest or an index"
            );

        // Some registries say application/json or nothing; the document then speaks for itself.
        string stated = ImageDocument.MediaTypeOf(bytes, new(address.ToString()));
        return ManifestTypes.Contains(stated)
            ? stated
            : throw RegistryErrors.Invalid(
                endpoint,
                "the manifest is of a kind that is no image's",
                Printable.Escape(stated),
                address,
                string.Join(" or ", ManifestTypes)
            );
    }

    public static Digest CheckedDigest(RegistryEndpoint endpoint, Uri address, HttpResponseMessage response, Digest? asked, byte[] bytes)
    {
        Digest actual = Digest.Of(bytes);
        if (asked is { } wanted && wanted != actual)
            throw RegistryErrors.Mismatch(
                endpoint,
                address.ToString(),
                "the manifest is not the one that the digest names",
                actual.ToString(),
                wanted.ToString(),
                transient: false
            );
        // Registries may announce the digest of another algorithm (distribution-spec, "Pulling manifests").
        string? told = ContentDigest(response);
        string same =
            told is null || !told.Contains(':', StringComparison.Ordinal) || told.StartsWith("sha256:", StringComparison.Ordinal)
                ? actual.ToString()
            : told.StartsWith("sha512:", StringComparison.Ordinal) ? "sha512:" + Convert.ToHexStringLower(SHA512.HashData(bytes))
            : told;
        return told is null || told == same
            ? actual
            : throw RegistryErrors.Mismatch(
                endpoint,
                address.ToString(),
                "the manifest is not the one that the registry announced",
                same,
                Printable.Escape(told),
                transient: false
            );
    }

    public static string? ContentDigest(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Docker-Content-Digest", out IEnumerable<string>? values) ? values.First() : null;
}
