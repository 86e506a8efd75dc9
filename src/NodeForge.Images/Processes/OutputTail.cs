using System.Text;

namespace NodeForge.Images.Processes;

/// <summary>Collects text and hands it on in lines, holding no more than its limits whatever a program writes.</summary>
internal sealed class OutputTail(int limit, Action<string> line)
{
    // Nobody reads a longer line; a program that never ends one must not fill the memory.
    private const int LongestLine = 4096;

    private readonly StringBuilder kept = new();
    private readonly StringBuilder current = new();

    /// <summary>Something was dropped at the beginning.</summary>
    public bool Cut { get; private set; }

    public void Append(ReadOnlySpan<char> text)
    {
        Keep(text);
        foreach (char c in text)
        {
            if (c is '\n' or '\r' || current.Length == LongestLine)
                EndLine();
            if (c is not ('\n' or '\r'))
                current.Append(c);
        }
    }

    public void End() => EndLine();

    public override string ToString() => kept.Length > limit ? kept.ToString(kept.Length - limit, limit) : kept.ToString();

    private void Keep(ReadOnlySpan<char> text)
    {
        kept.Append(text);
        Cut |= kept.Length > limit;
        // Dropped in large pieces: each removal moves what stays.
        if (kept.Length > 2L * limit)
            kept.Remove(0, kept.Length - limit);
    }

    private void EndLine()
    {
        if (current.Length == 0)
            return;
        line(current.ToString());
        current.Clear();
    }
}
