using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace NodeForge.Oci.Tar;

/// <summary>Names in archives are bytes. Those that are no UTF-8 travel as U+DC80 to U+DCFF (Python's PEP 383), so that they come out as
/// they went in.</summary>
internal static class TarText
{
    private const char EscapeBase = '\udc00';

    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes))
            return Encoding.UTF8.GetString(bytes);
        StringBuilder text = new(bytes.Length);
        while (!bytes.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(bytes, out Rune rune, out int consumed) == OperationStatus.Done)
                text.Append(rune.ToString());
            else
                foreach (byte b in bytes[..consumed])
                    text.Append((char)(EscapeBase + b));
            bytes = bytes[consumed..];
        }

        return text.ToString();
    }

    /// <returns>False for a lone surrogate that stands for no byte.</returns>
    public static bool TryEncode(string text, out byte[] bytes)
    {
        bytes = [];
        if (!text.AsSpan().ContainsAnyInRange('\ud800', '\udfff'))
        {
            bytes = Encoding.UTF8.GetBytes(text);
            return true;
        }

        ArrayBufferWriter<byte> encoded = new(text.Length * 3);
        for (int i = 0; i < text.Length; )
        {
            if (Rune.DecodeFromUtf16(text.AsSpan(i), out Rune rune, out int consumed) == OperationStatus.Done)
                encoded.Advance(rune.EncodeToUtf8(encoded.GetSpan(4)));
            else if (text[i] is >= '\udc80' and <= '\udcff')
                encoded.Write([(byte)(text[i] - EscapeBase)]);
            else
                return false;
            i += consumed;
        }

        bytes = encoded.WrittenSpan.ToArray();
        return true;
    }
}
