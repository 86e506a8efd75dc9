using System.Globalization;
using NodeForge.Engines;
using NodeForge.Engines.Containers;

namespace NodeForge.Clusters.Lifecycle;

/// <summary>When nodes were started, by the engine's clock.</summary>
internal static class NodeStarts
{
    public static async Task<IReadOnlyDictionary<string, DateTimeOffset>> OfAsync(
        EngineClient engine,
        IReadOnlyList<ContainerSummary> nodes,
        CancellationToken cancellationToken
    )
    {
        Dictionary<string, DateTimeOffset> started = [];
        foreach (ContainerSummary node in nodes)
            started[node.Name] = StartOf(
                (await engine.Containers.FindAsync(node.Id, cancellationToken).ConfigureAwait(false))?.State.StartedAt
            );
        return started;
    }

    // RFC 3339 with nanoseconds, of which seven digits count here.
    internal static DateTimeOffset StartOf(string? text) =>
        text is not null
        && DateTimeOffset.TryParse(
            Shortened(text),
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out DateTimeOffset started
        )
            ? started
            : DateTimeOffset.MinValue.AddDays(1);

    private static string Shortened(string text)
    {
        int dot = text.IndexOf('.', StringComparison.Ordinal);
        int end = dot < 0 ? -1 : text.AsSpan(dot + 1).IndexOfAnyExceptInRange('0', '9');
        return end < 0 ? text : string.Concat(text.AsSpan(0, dot + 1 + Math.Min(end, 7)), text.AsSpan(dot + 1 + end));
    }
}
