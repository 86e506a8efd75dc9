using System.Net;
using System.Net.Http.Json;
using NodeForge.Engines.Calling;

namespace NodeForge.Engines.Networks;

/// <summary>The engine's networks. <c>id</c> is an ID or a name throughout.</summary>
public sealed class EngineNetworks
{
    private readonly EngineTransport transport;

    internal EngineNetworks(EngineTransport transport) => this.transport = transport;

    // Docker.DotNet's parameters have no CheckDuplicate, without which engines before API 1.44 take a second network of the name.
    /// <returns>The network's ID.</returns>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.EngineNameTaken"/>, <see cref="ErrorCodes.EngineSubnetTaken"/> and the
    /// rest of the NF55 range.</exception>
    public async Task<string> CreateAsync(NetworkSpec spec, CancellationToken cancellationToken)
    {
        using JsonContent body = JsonContent.Create(CreateNetworkBody.Of(spec), NetworkJson.Default.CreateNetworkBody);
        await body.LoadIntoBufferAsync(cancellationToken).ConfigureAwait(false);
        return (
            await transport
                .GetAsync(HttpMethod.Post, "/networks/create", body, CallJson.Default.CreatedObject, cancellationToken)
                .ConfigureAwait(false)
        ).Id;
    }

    /// <summary>A network's details, or null when there is none.</summary>
    public Task<NetworkDetails?> FindAsync(string id, CancellationToken cancellationToken) =>
        transport.FindAsync($"/networks/{id}", NetworkJson.Default.NetworkDetails, cancellationToken);

    /// <summary>Networks that carry all of the labels; all networks when there are none.</summary>
    public async Task<IReadOnlyList<NetworkDetails>> ListAsync(IReadOnlyList<string> labels, CancellationToken cancellationToken)
    {
        IReadOnlyList<NetworkDetails> listed = await transport
            .GetAsync(
                HttpMethod.Get,
                "/networks" + QueryText.Of(("filters", LabelFilter.Text(labels))),
                null,
                NetworkJson.Default.ListNetworkDetails,
                cancellationToken
            )
            .ConfigureAwait(false);
        return LabelFilter.Of(listed, network => network.Labels, labels);
    }

    /// <summary>Removes a network that no container uses.</summary>
    /// <returns>False when there was none.</returns>
    public Task<bool> RemoveAsync(string id, CancellationToken cancellationToken) =>
        transport.DoAsync(HttpMethod.Delete, $"/networks/{id}", null, cancellationToken, HttpStatusCode.NotFound);

    /// <summary>Joins a container to a network.</summary>
    public Task ConnectAsync(string id, string container, CancellationToken cancellationToken) =>
        transport.Docker.Networks.ConnectNetworkAsync(id, new() { Container = container }, cancellationToken);
}
