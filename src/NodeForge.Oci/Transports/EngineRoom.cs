namespace NodeForge.Oci.Transports;

/// <summary>An engine's own store; NodeForge.Engines speaks to it.</summary>
internal static class EngineRoom
{
    public static TransportRoom Room { get; } =
        new("docker-daemon", TransportForm.Reference)
        {
            Open = (place, host, cancellationToken) => host.OpenEngine(place, cancellationToken),
            Target = (place, host) => host.EngineTarget(place),
            StoresPlain = true,
        };
}
