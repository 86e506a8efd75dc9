using System.Text;

namespace NodeForge.Clusters.Diagnostics;

/// <summary>The lines of a saved log. A node writes as it likes: of a line without end the beginning counts.</summary>
internal static class LogLines
{
    private const int Longest = 64 << 10; // characters; the journal divides lines at 48 KiB

    public static IEnumerable<string> Of(string file)
    {
        using StreamReader text = new(file);
        char[] buffer = new char[Longest];
        StringBuilder line = new();
        for (int count; (count = text.Read(buffer)) > 0; )
        {
            int begin = 0;
            for (int end; (end = Array.IndexOf(buffer, '\n', begin, count - begin)) >= 0; begin = end + 1)
            {
                Extend(line, buffer.AsSpan(begin..end));
                yield return line.ToString().TrimEnd('\r');
                line.Clear();
            }

            Extend(line, buffer.AsSpan(begin..count));
        }

        if (line.Length > 0)
            yield return line.ToString();
    }

    private static void Extend(StringBuilder line, ReadOnlySpan<char> more) =>
        line.Append(more[..Math.Min(more.Length, Longest - line.Length)]);
}
