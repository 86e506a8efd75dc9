namespace NodeForge.Engines.Calling;

/// <summary>Builds the query strings of calls.</summary>
internal static class QueryText
{
    public static string Of(params (string Name, string? Value)[] parts)
    {
        string text = string.Join(
            '&',
            parts.Where(part => part.Value is not null).Select(part => $"{part.Name}={Uri.EscapeDataString(part.Value!)}")
        );
        return text.Length == 0 ? text : "?" + text;
    }
}
