using System.Globalization;

namespace NodeForge.Verification.Static;

/// <summary>The three numbers that a version of any component begins with: of <c>v1.7.0-rc.1</c>, <c>1.6.20~ds1-1+deb12u3</c>,
/// <c>1:1.4.7-1</c>.</summary>
internal readonly record struct SoftwareVersion(int Major, int Minor, int Patch) : IComparable<SoftwareVersion>
{
    /// <returns>Null for what does not begin with two numbers.</returns>
    public static SoftwareVersion? Of(string? text)
    {
        ReadOnlySpan<char> rest = text.AsSpan();
        int epoch = rest.IndexOf(':');
        rest = (epoch >= 0 ? rest[(epoch + 1)..] : rest).TrimStart('v');
        if (Next(ref rest) is not { } major || !rest.StartsWith(".") || Next(ref rest) is not { } minor)
            return null;
        int patch = rest.StartsWith(".") ? Next(ref rest) ?? 0 : 0;
        return new(major, minor, patch);
    }

    private static int? Next(ref ReadOnlySpan<char> rest)
    {
        rest = rest.TrimStart('.');
        int digits = rest.IndexOfAnyExceptInRange('0', '9');
        ReadOnlySpan<char> number = digits < 0 ? rest : rest[..digits];
        if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int value))
            return null;
        rest = rest[number.Length..];
        return value;
    }

    public bool IsAtLeast(int major, int minor) => (Major, Minor).CompareTo((major, minor)) >= 0;

    public int CompareTo(SoftwareVersion other) => (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));

    public static bool operator <(SoftwareVersion left, SoftwareVersion right) => left.CompareTo(right) < 0;

    public static bool operator >(SoftwareVersion left, SoftwareVersion right) => left.CompareTo(right) > 0;

    public static bool operator <=(SoftwareVersion left, SoftwareVersion right) => left.CompareTo(right) <= 0;

    public static bool operator >=(SoftwareVersion left, SoftwareVersion right) => left.CompareTo(right) >= 0;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}.{Patch}");
}
