using System.Buffers;
using System.Text;

namespace NodeForge.Verification.Examination;

/// <summary>Looks for a Go program's build information and version stamps while the program streams by.</summary>
/// <remarks>
/// The build information is what <c>debug/buildinfo</c> reads: the magic <c>\xff Go buildinf:</c>, and since Go 1.18, which flag 2 says,
/// two strings with their lengths 32 bytes
/// behind it. A stamp is what the linker's <c>-X</c> makes: a symbol of its own, so zero bytes stand on both sides. Both are there in
/// stripped programs too.
/// </remarks>
internal sealed class GoProgramProbe
{
    private const int Carry = 512; // a stamp and its zeros
    private const int LongestStamp = 64;
    private const int LongestInformation = 64 << 10;
    private const int InformationHeader = 32;
    private const int MostStamps = 64;
    private readonly byte[] window = new byte[Carry + (1 << 17)];
    private readonly List<string> stamps = [];
    private ArrayBufferWriter<byte>? information;
    private int carried;

    /// <param name="bytes">The next bytes of the file.</param>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            int taken = Math.Min(bytes.Length, window.Length - carried);
            bytes[..taken].CopyTo(window.AsSpan(carried));
            int length = carried + taken;
            Look(window.AsSpan(0, length), taken);
            int kept = Math.Min(Carry, length);
            window.AsSpan(length - kept, kept).CopyTo(window);
            carried = kept;
            bytes = bytes[taken..];
        }
    }

    /// <returns>Null when nothing in the file is of Go.</returns>
    public GoProgram? Finish()
    {
        if (information is null && stamps.Count == 0)
            return null;
        (string? toolchain, string? module) = information is null ? (null, null) : Strings(information.WrittenSpan);
        string[] lines = (module ?? "").Split('\n');
        string? path = lines.FirstOrDefault(static line => line.Contains("path\t", StringComparison.Ordinal))?.Split('\t')[^1];
        string? version =
            lines.FirstOrDefault(static line => line.StartsWith("mod\t", StringComparison.Ordinal))?.Split('\t') is [_, _, var text, ..]
            && text is not ("(devel)" or "")
                ? text
                : null;
        string? main = lines.FirstOrDefault(static line => line.StartsWith("mod\t", StringComparison.Ordinal))?.Split('\t')[1];
        return new(toolchain, path, version, stamps) { Module = main, Modules = [.. ModulesOf(lines)] };
    }

    // "dep", path, version, checksum; where another was taken instead, a line "=>" follows with that one (runtime/debug, ParseBuildInfo).
    private static IEnumerable<(string Path, string Version)> ModulesOf(string[] lines)
    {
        for (int i = 0; i < lines.Length; i++)
        {
            if (lines[i].Split('\t') is not ["dep", var path, var version, ..])
                continue;
            bool replaced = i + 1 < lines.Length && lines[i + 1].StartsWith("=>\t", StringComparison.Ordinal);
            yield return replaced && lines[i + 1].Split('\t') is [_, var other, var taken, ..] && taken.Length > 0
                ? (other, taken)
                : (path, version);
        }
    }

    private void Look(ReadOnlySpan<byte> bytes, int added)
    {
        if (information is { WrittenCount: < LongestInformation })
            information.Write(bytes[^added..][..Math.Min(added, LongestInformation - information.WrittenCount)]);
        else if (information is null && FindMagic(bytes) is >= 0 and int at)
        {
            information = new();
            information.Write(bytes[at..][..Math.Min(bytes.Length - at, LongestInformation)]);
        }

        FindStamps(bytes);
    }

    private static int FindMagic(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> rest = " Go buildinf:"u8;
        for (int from = 0; bytes[from..].IndexOf(rest) is >= 0 and int found; from += found + 1)
        {
            if (from + found > 0 && bytes[from + found - 1] == 0xff)
                return from + found - 1;
        }

        return -1;
    }

    // 0 [v] digits . digits . digits more 0
    private void FindStamps(ReadOnlySpan<byte> bytes)
    {
        for (int at = 0; bytes[at..].IndexOf((byte)'.') is >= 0 and int found && stamps.Count < MostStamps; )
        {
            int dot = at + found;
            at = dot + 1;
            int start = dot;
            while (start > 0 && char.IsAsciiDigit((char)bytes[start - 1]))
                start--;
            if (start == dot)
                continue;
            if (start > 0 && bytes[start - 1] == 'v')
                start--;
            if (start == 0 || bytes[start - 1] != 0)
                continue;
            int length = bytes[start..Math.Min(bytes.Length, start + LongestStamp)].IndexOf((byte)0);
            if (
                length > 0
                && IsVersion(bytes.Slice(start, length))
                && Encoding.ASCII.GetString(bytes.Slice(start, length)) is var stamp
                && !stamps.Contains(stamp)
            )
                stamps.Add(stamp);
        }
    }

    private static bool IsVersion(ReadOnlySpan<byte> text)
    {
        int numbers = 0;
        ReadOnlySpan<byte> rest = text[0] == 'v' ? text[1..] : text;
        while (numbers < 3)
        {
            int digits = 0;
            while (digits < rest.Length && char.IsAsciiDigit((char)rest[digits]))
                digits++;
            if (digits is 0 or > 5)
                return false;
            rest = rest[digits..];
            if (++numbers < 3 && (rest.IsEmpty || rest[0] != '.'))
                return false;
            rest = numbers < 3 ? rest[1..] : rest;
        }

        foreach (byte letter in rest)
        {
            if (!char.IsAsciiLetterOrDigit((char)letter) && letter is not ((byte)'.' or (byte)'+' or (byte)'~' or (byte)'-' or (byte)':'))
                return false;
        }

        return rest.IsEmpty || !char.IsAsciiLetterOrDigit((char)rest[0]);
    }

    private static (string? First, string? Second) Strings(ReadOnlySpan<byte> information)
    {
        if (information.Length < InformationHeader || (information[15] & 2) == 0)
            return (null, null);
        ReadOnlySpan<byte> rest = information[InformationHeader..];
        return (Next(ref rest), Next(ref rest));
    }

    // An unsigned varint of Go, then the bytes.
    private static string? Next(ref ReadOnlySpan<byte> rest)
    {
        uint length = 0;
        for (int i = 0; i < 4 && i < rest.Length; i++)
        {
            length |= (uint)(rest[i] & 0x7f) << (7 * i);
            if (rest[i] >= 0x80)
                continue;
            rest = rest[(i + 1)..];
            if (length > (uint)rest.Length)
                return null;
            string text = Encoding.UTF8.GetString(rest[..(int)length]);
            rest = rest[(int)length..];
            return text;
        }

        return null;
    }
}
