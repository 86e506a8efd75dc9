using System.Globalization;
using System.Text;

namespace NodeForge.Containerd.Bolt;

/// <summary>Words the problems of a bbolt file: code, what, page and offset.</summary>
internal static class BoltFault
{
    private const int ShownKeyBytes = 48;

    public static NodeForgeException At(
        ErrorCode code,
        string what,
        string file,
        ulong page,
        long offset,
        string? got = null,
        string? want = null
    ) =>
        new(
            new Diagnostic(code, what)
            {
                Where = new(file, Detail: string.Create(CultureInfo.InvariantCulture, $"page {page}, offset {offset}")),
                Got = got,
                Want = want,
                Hint = code.Remedy,
            }
        );

    /// <summary>A key for people: as text when it is plain ASCII, else in hexadecimal; long ones cut.</summary>
    public static string Show(ReadOnlySpan<byte> key)
    {
        ReadOnlySpan<byte> head = key.Length > ShownKeyBytes ? key[..ShownKeyBytes] : key;
        string tail = key.Length > ShownKeyBytes ? "…" : "";
        return head.ContainsAnyExceptInRange((byte)' ', (byte)'~')
            ? $"0x{Convert.ToHexStringLower(head)}{tail}"
            : $"'{Encoding.ASCII.GetString(head)}{tail}'";
    }
}
