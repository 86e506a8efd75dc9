using System.Text;

namespace NodeForge.Images.Assembly.Kubernetes;

/// <summary>Looks for a version in a program that streams by; Kubernetes stamps it in at link time (component-base/version).</summary>
internal sealed class VersionScan(string? wanted)
{
    private readonly byte[] pattern = Encoding.ASCII.GetBytes(wanted ?? "");
    private byte[] tail = [];

    public bool Found { get; private set; } = wanted is null;

    /// <summary>Another version of the same form, the likeliest to be the program's own: one that ends where a stamped string
    /// ends.</summary>
    public string? Other { get; private set; }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (Found)
            return;
        // A version may lie across two reads, and so may what shows that it is another: the byte after it.
        byte[] joint = [.. tail, .. bytes[..Math.Min(bytes.Length, pattern.Length + 1)]];
        Found = Has(joint) || Has(bytes);
        Other ??= FindOther(bytes);
        ReadOnlySpan<byte> seen = bytes.Length >= pattern.Length ? bytes : joint;
        tail = seen[^Math.Min(seen.Length, pattern.Length)..].ToArray();
    }

    /// <summary>The program ends here: a version that it ends with is whole.</summary>
    public void End() => Found |= tail.AsSpan().SequenceEqual(pattern);

    // v1.20.2 stands in v1.20.21 and in v1.20.2-rc.0 too: what follows must end it.
    private bool Has(ReadOnlySpan<byte> bytes)
    {
        for (int at = bytes.IndexOf(pattern); at >= 0; )
        {
            int end = at + pattern.Length;
            if (end < bytes.Length && !char.IsAsciiDigit((char)bytes[end]) && bytes[end] != '-')
                return true;
            int next = bytes[end..].IndexOf(pattern);
            at = next < 0 ? -1 : end + next;
        }

        return false;
    }

    private static string? FindOther(ReadOnlySpan<byte> bytes)
    {
        for (int at = bytes.IndexOf("v1."u8); at >= 0; )
        {
            int end = at + 3;
            int dots = 0;
            while (end < bytes.Length && (char.IsAsciiDigit((char)bytes[end]) || (bytes[end] == '.' && dots++ == 0)))
                end++;
            // A NUL ends a stamped string; versions in messages are followed by words.
            if (dots == 1 && end < bytes.Length && bytes[end] == 0 && end - at >= 6)
                return Encoding.ASCII.GetString(bytes[at..end]);
            int next = bytes[end..].IndexOf("v1."u8);
            at = next < 0 ? -1 : end + next;
        }

        return null;
    }
}
