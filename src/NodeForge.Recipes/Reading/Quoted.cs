namespace NodeForge.Recipes.Reading;

/// <summary>Foreign text inside a message.</summary>
internal static class Quoted
{
    public static string Short(string text, int length = 60) =>
        text.Length <= length ? $"\"{text}\"" : $"\"{text[..length]}…\"";
}
