namespace NodeForge.Documents;

/// <summary>The known word nearest to an unknown one.</summary>
public static class DidYouMean
{
    private const int LongestWord = 64;

    /// <param name="word">What was written.</param>
    /// <param name="known">What could have been.</param>
    /// <returns>Null where no word is near: at most a third of its letters wrong, and at most three.</returns>
    public static string? Nearest(string word, IEnumerable<string> known)
    {
        if (word.Length is 0 or > LongestWord)
            return null;
        (string Word, int Distance)? best = null;
        foreach (string candidate in known.Where(candidate => candidate.Length <= LongestWord).Order(StringComparer.Ordinal))
        {
            int distance = Distance(word.ToLowerInvariant(), candidate.ToLowerInvariant());
            if (distance <= Math.Clamp(candidate.Length / 3, 1, 3) && (best is null || distance < best.Value.Distance))
                best = (candidate, distance);
        }

        return best?.Word;
    }

    // Damerau's distance with adjacent swaps: a typist's four slips count one each.
    private static int Distance(string a, string b)
    {
        int[] before = [],
            last = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int[] row = new int[b.Length + 1];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int change = a[i - 1] == b[j - 1] ? 0 : 1;
                row[j] = Math.Min(Math.Min(last[j] + 1, row[j - 1] + 1), last[j - 1] + change);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
            }

            (before, last) = (last, row);
        }

        return last[b.Length];
    }
}
