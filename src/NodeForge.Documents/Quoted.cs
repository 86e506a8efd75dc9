namespace NodeForge.Documents;

/// <summary>Foreign text inside a message.</summary>
public static class Quoted
{
    public static string Short(string text, int length = 60) => text.Length <= length ? $"\"{text}\"" : $"\"{text[..length]}…\"";
}
