using System.Globalization;
using System.Text;
using System.Text.Json;

namespace NodeForge.Recipes.Locks;

/// <summary>A place in a JSON text.</summary>
/// <param name="Line">1-based.</param>
/// <param name="Column">1-based, in characters.</param>
internal readonly record struct JsonPosition(int Line, int Column)
{
    public Location In(string path) => new(path, Line, Column);

    /// <param name="content">Valid up to the offset.</param>
    /// <param name="offset">Bytes from the start.</param>
    public static JsonPosition At(ReadOnlySpan<byte> content, long offset)
    {
        ReadOnlySpan<byte> before = content[..(int)Math.Min(offset, content.Length)];
        int start = before.LastIndexOf((byte)'\n') + 1;
        return new(before.Count((byte)'\n') + 1, Encoding.UTF8.GetCharCount(before[start..]) + 1);
    }

    /// <summary>From the line and the byte in it that the JSON reader counts, both 0-based.</summary>
    public static JsonPosition OfBytes(ReadOnlySpan<byte> content, long line, long byteInLine)
    {
        int start = 0;
        for (long i = 0; i < line && content[start..].IndexOf((byte)'\n') is var next && next >= 0; i++)
            start += next + 1;
        return At(content, start + byteInLine);
    }

    /// <summary>Where the value at a path stands.</summary>
    /// <param name="content">Valid JSON.</param>
    /// <param name="place">Such as <c>$.parts[0].packages[2].path</c>.</param>
    public static JsonPosition Find(ReadOnlySpan<byte> content, string place)
    {
        Utf8JsonReader reader = new(content);
        reader.Read();
        foreach (
            string step in place
                .TrimStart('$')
                .Replace("[", ".[", StringComparison.Ordinal)
                .Split('.', StringSplitOptions.RemoveEmptyEntries)
        )
        {
            bool found =
                step[0] == '[' ? Item(ref reader, int.Parse(step[1..^1], CultureInfo.InvariantCulture)) : Property(ref reader, step);
            if (!found)
                break;
        }

        return At(content, reader.TokenStartIndex);
    }

    private static bool Property(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            return false;
        Utf8JsonReader ahead = reader;
        while (ahead.Read() && ahead.TokenType == JsonTokenType.PropertyName)
        {
            bool match = ahead.ValueTextEquals(name);
            ahead.Read();
            if (match)
            {
                reader = ahead;
                return true;
            }

            ahead.Skip();
        }

        return false;
    }

    private static bool Item(ref Utf8JsonReader reader, int index)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            return false;
        for (int i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
        {
            if (i == index)
                return true;
            reader.Skip();
        }

        return false;
    }
}
