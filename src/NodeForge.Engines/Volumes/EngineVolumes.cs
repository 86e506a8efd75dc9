using System.Net;
using NodeForge.Engines.Calling;

namespace NodeForge.Engines.Volumes;

/// <summary>The engine's volumes.</summary>
public sealed class EngineVolumes
{
    private readonly EngineTransport transport;

    internal EngineVolumes(EngineTransport transport) => this.transport = transport;

    /// <summary>Volumes that carry all of the labels.</summary>
    public async Task<IReadOnlyList<VolumeDetails>> ListAsync(IReadOnlyList<string> labels, CancellationToken cancellationToken)
    {
        VolumeList listed = await transport
            .GetAsync(
                HttpMethod.Get,
                "/volumes" + QueryText.Of(("filters", LabelFilter.Text(labels))),
                null,
                VolumeJson.Default.VolumeList,
                cancellationToken
            )
            .ConfigureAwait(false);
        return LabelFilter.Of(listed.Volumes ?? [], volume => volume.Labels, labels);
    }

    /// <summary>Removes a volume that no container uses.</summary>
    /// <returns>False when there was none.</returns>
    public Task<bool> RemoveAsync(string name, CancellationToken cancellationToken) =>
        transport.DoAsync(HttpMethod.Delete, $"/volumes/{name}", null, cancellationToken, HttpStatusCode.NotFound);
}

public sealed record VolumeDetails
{
    public string Name
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    public string Mountpoint
    {
        get;
        init => field = value ?? string.Empty;
    } = string.Empty;

    public Dictionary<string, string>? Labels { get; init; }
}

internal sealed record VolumeList
{
    public IReadOnlyList<VolumeDetails>? Volumes { get; init; }
}
