using NodeForge.Images;
using NodeForge.Images.Fetching;
using NodeForge.Images.Sharing;
using NodeForge.Oci.Registry;

namespace NodeForge;

/// <summary>What a build works in: the cache of this machine, and behind it those of registries, while it lasts.</summary>
internal sealed class SharedCache : IDisposable
{
    private readonly Network? network;

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.SharedCachePlace"/>: no repository of a registry, or no connection may be
    /// opened.</exception>
    public SharedCache(BuildEnvironment environment, SharedCacheRequest request, bool offline, Func<Network> open)
    {
        Environment = environment with { Actions = environment.Actions.Anew() };
        CachePlace[] from = [.. request.From.Select(CachePlace.Parse)];
        CachePlace? to = request.To is { } place ? CachePlace.Parse(place) : null;
        if (request.Only && from.Length == 0)
            throw CachePlace.Refused(
                "--cache-only",
                "no cache is named that everything could come from",
                "add --cache-from docker://HOST/REPOSITORY"
            );
        if (from.Length == 0 && to is null)
            return;
        if (offline)
            throw CachePlace.Refused(
                request.To ?? request.From[0],
                "--offline forbids to ask a registry for a cache",
                "build without one of the two"
            );
        network = open();
        RegistryClient client = network.Registries();
        Environment = environment with
        {
            Actions = environment.Actions.SharedWith(
                new RegistryActions(
                    client,
                    environment.Store,
                    new FetchOptions { Attempts = 4 },
                    environment.Host.Clock,
                    environment.Reporter
                )
                {
                    From = from,
                    To = to,
                    Required = request.Required,
                },
                request.Only
            ),
        };
    }

    public BuildEnvironment Environment { get; }

    public void Dispose() => network?.Dispose();
}
