using System.Net;
using System.Text.Json;

namespace NodeForge.Oci.Registry;

/// <summary>The tags of a repository: listed and taken away (distribution-spec, "Listing Tags" and "Deleting tags").</summary>
public sealed class RegistryTags(RegistryClient client)
{
    private const int MostPages = 10_000;
    private readonly RegistryConnection connection = client.Connection;

    /// <summary>Every tag; empty where there is no such repository.</summary>
    /// <exception cref="NodeForgeException">An <c>NF32xx</c> error.</exception>
    public async Task<IReadOnlyList<string>> ListAsync(ImageReference repository, CancellationToken cancellationToken)
    {
        RegistryEndpoint endpoint = connection.EndpointOf(repository.Registry);
        List<string> tags = [];
        Uri? address = endpoint.Tags(repository.Repository);
        for (int page = 0; address is not null && page < MostPages; page++)
        {
            using HttpResponseMessage response = await connection
                .SendAsync(endpoint, $"repository:{repository.Repository}:pull", address, to => new(HttpMethod.Get, to), cancellationToken)
                .ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.NotFound && page == 0)
                return [];
            if (!response.IsSuccessStatusCode)
                throw await connection.FailureAsync(endpoint, address, response, cancellationToken).ConfigureAwait(false);
            byte[] bytes = await ResponseBody
                .ReadAsync(endpoint, response, ImageDocument.MaxBytes, connection.Options, cancellationToken)
                .ConfigureAwait(false);
            tags.AddRange(Read(endpoint, address, bytes));
            address = RegistryClient.NextPage(endpoint, address, response);
        }

        return tags;
    }

    /// <summary>Takes away the manifest that a tag stands for, and the tag with it. Its blobs are the registry's business.</summary>
    /// <exception cref="NodeForgeException">An <c>NF32xx</c> error: many registries do not delete.</exception>
    public async Task DeleteAsync(ImageReference tag, CancellationToken cancellationToken)
    {
        if (await client.ResolveAsync(tag, cancellationToken).ConfigureAwait(false) is not { } digest)
            return;
        RegistryEndpoint endpoint = connection.EndpointOf(tag.Registry);
        Uri address = endpoint.Manifest(tag.Repository, digest.ToString());
        using HttpResponseMessage response = await connection
            .SendAsync(endpoint, $"repository:{tag.Repository}:delete,pull", address, to => new(HttpMethod.Delete, to), cancellationToken)
            .ConfigureAwait(false);
        if (!response.IsSuccessStatusCode && response.StatusCode != HttpStatusCode.NotFound)
            throw await connection.FailureAsync(endpoint, address, response, cancellationToken).ConfigureAwait(false);
    }

    private static IEnumerable<string> Read(RegistryEndpoint endpoint, Uri address, byte[] bytes)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes);
            return document.RootElement.TryGetProperty("tags", out JsonElement tags) && tags.ValueKind == JsonValueKind.Array
                ? tags.EnumerateArray().Select(tag => tag.GetString()).OfType<string>().ToArray()
                : [];
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            throw RegistryErrors.Invalid(endpoint, "the registry's list of tags is none", wrong.Message, address);
        }
    }
}
