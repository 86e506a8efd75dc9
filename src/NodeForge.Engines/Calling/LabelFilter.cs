using System.Text.Json;

namespace NodeForge.Engines.Calling;

/// <summary>A list's filter by labels, <c>key</c> or <c>key=value</c> each. What carries them is removed with its cluster, so the answer
/// is held against the filter too: what stands between an engine and its client may not know it.</summary>
internal static class LabelFilter
{
    /// <summary>In the engine's words: <c>{"label":["key=value"]}</c>.</summary>
    public static string Text(IReadOnlyList<string> labels) =>
        $$"""{"label":[{{string.Join(',', labels.Select(label => $"\"{JsonEncodedText.Encode(label)}\""))}}]}""";

    /// <summary>Those of a list that carry all of the labels.</summary>
    public static IReadOnlyList<T> Of<T>(
        IReadOnlyList<T> listed,
        Func<T, IReadOnlyDictionary<string, string>?> labelsOf,
        IReadOnlyList<string> labels
    ) => labels.Count == 0 ? listed : [.. listed.Where(one => labels.All(label => Carries(labelsOf(one), label)))];

    private static bool Carries(IReadOnlyDictionary<string, string>? labels, string wanted)
    {
        int sign = wanted.IndexOf('=', StringComparison.Ordinal);
        return labels is not null
            && labels.TryGetValue(sign < 0 ? wanted : wanted[..sign], out string? value)
            && (sign < 0 || value == wanted[(sign + 1)..]);
    }
}
