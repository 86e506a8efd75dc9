using NodeForge.Images.Fetching;
using NodeForge.Oci;

namespace NodeForge.Images.Sharing;

/// <summary>What a lock names by digest, beside the finished work of the shared cache: a machine that reaches nothing but that registry
/// finds releases and images there, too.</summary>
/// <param name="actions">With the shared cache behind it; without one nothing is done.</param>
/// <param name="store">Has what is taken and given.</param>
public sealed class SharedSources(ActionCache actions, BlobStore store)
{
    private const int AtATime = 4;

    /// <summary>Takes what the store lacks, as far as it is there.</summary>
    public Task TakeAsync(IReadOnlyList<Source> sources, CancellationToken cancellationToken) =>
        EachAsync(
            sources.Where(source => !store.Contains(source.Digest)),
            async (shared, source, stop) =>
            {
                IReadOnlyList<ActionOutput>? taken = await shared.TakeAsync(ActionKey.OfSource(source.Digest), stop).ConfigureAwait(false);
                // An entry that holds something else is no harm: the source is fetched, by its digest.
                if (taken?.Count == 1 && taken[0].Digest == source.Digest)
                    actions.Remember(ActionKey.OfSource(source.Digest), taken);
            },
            cancellationToken
        );

    /// <summary>Leaves what the store has for others.</summary>
    public Task GiveAsync(IReadOnlyList<Source> sources, CancellationToken cancellationToken) =>
        EachAsync(
            sources,
            (_, source, stop) => actions.GiveAsync(ActionKey.OfSource(source.Digest), [new("source", source.Digest, source.Size)], stop),
            cancellationToken
        );

    private async Task EachAsync(
        IEnumerable<Source> sources,
        Func<ISharedActions, Source, CancellationToken, Task> act,
        CancellationToken cancellationToken
    )
    {
        if (actions.Shared is not { } shared)
            return;
        await Parallel
            .ForEachAsync(
                sources.DistinctBy(source => source.Digest),
                new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = cancellationToken },
                async (source, stop) => await act(shared, source, stop).ConfigureAwait(false)
            )
            .ConfigureAwait(false);
    }
}
