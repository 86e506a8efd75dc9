namespace NodeForge.Kubernetes;

/// <summary>The order of what follows a version's dash (Semantic Versioning 2.0.0, item 11).</summary>
/// <remarks>The package that reads versions has another one: it takes no account of case, and only what fits 32 bits for numbers.</remarks>
internal static class Prerelease
{
    /// <param name="left">The identifiers between the dots; none for a release.</param>
    /// <param name="right">Likewise.</param>
    public static int Compare(IReadOnlyList<string> left, IReadOnlyList<string> right)
    {
        if (left.Count == 0 || right.Count == 0)
            return right.Count.CompareTo(left.Count);
        for (int i = 0; i < left.Count && i < right.Count; i++)
        {
            if (Compare(left[i], right[i]) is var order && order != 0)
                return order;
        }

        return left.Count.CompareTo(right.Count);
    }

    private static int Compare(string left, string right)
    {
        bool number = left.All(char.IsAsciiDigit),
            other = right.All(char.IsAsciiDigit);
        if (number != other)
            return number ? -1 : 1;
        // Numbers have no zeros before them, so the longer one is the larger.
        return number && left.Length != right.Length ? left.Length.CompareTo(right.Length) : string.CompareOrdinal(left, right);
    }
}
