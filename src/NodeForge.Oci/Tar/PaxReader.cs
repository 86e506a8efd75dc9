using System.Buffers.Text;
using System.Text;

namespace NodeForge.Oci.Tar;

/// <summary>Reads the records of a PAX extended header; one that does not hold to its own lengths is refused whole.</summary>
internal static class PaxReader
{
    private const int LongestKey = 512;

    public static Dictionary<string, byte[]> Read(ReadOnlySpan<byte> bytes, TarFaults faults)
    {
        Dictionary<string, byte[]> records = new(StringComparer.Ordinal);
        while (!bytes.IsEmpty)
        {
            ReadOnlySpan<byte> record = Next(bytes, out int length, faults);
            bytes = bytes[length..];
            int equals = record.IndexOf((byte)'=');
            if (equals is <= 0 or > LongestKey)
                throw faults.Fault(
                    ErrorCodes.ArchiveExtensionInvalid,
                    "a PAX record has no key, or one that is too long",
                    got: TarText.Decode(record[..Math.Min(record.Length, 80)]),
                    want: "LENGTH KEY=VALUE"
                );
            string key = TarText.Decode(record[..equals]);
            if (!records.TryAdd(key, record[(equals + 1)..].ToArray()))
                throw faults.Fault(ErrorCodes.ArchiveExtensionInvalid, "a PAX key is there twice", got: key);
        }

        return records;
    }

    // "LENGTH KEY=VALUE\n", the length counting itself, the space and the newline.
    private static ReadOnlySpan<byte> Next(ReadOnlySpan<byte> bytes, out int length, TarFaults faults)
    {
        if (
            !Utf8Parser.TryParse(bytes[..Math.Min(bytes.Length, 10)], out length, out int digits)
            || bytes[0] is < (byte)'1' or > (byte)'9'
            || digits >= bytes.Length
            || bytes[digits] != (byte)' '
        )
            throw faults.Fault(
                ErrorCodes.ArchiveExtensionInvalid,
                "a PAX record does not begin with its length",
                got: TarText.Decode(bytes[..Math.Min(bytes.Length, 20)]),
                want: "LENGTH KEY=VALUE"
            );
        if (length > bytes.Length || length < digits + 2 || bytes[length - 1] != (byte)'\n')
            throw faults.Fault(
                ErrorCodes.ArchiveExtensionInvalid,
                "the length of a PAX record is wrong",
                got: $"{length}",
                want: $"at most {bytes.Length}, and a newline at its end"
            );
        return bytes[(digits + 1)..(length - 1)];
    }
}

/// <summary>The values of records that an entry takes.</summary>
internal static class PaxValue
{
    /// <summary>A decimal number without sign.</summary>
    public static long Number(byte[] value, string key, TarFaults faults) =>
        value.Length is > 0 and <= 19
        && value.AsSpan().IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0
        && long.TryParse(value, out long number)
            ? number
            : throw Wrong(value, key, "a number", faults);

    /// <summary>Seconds; a fraction is dropped, downwards.</summary>
    public static long Time(byte[] value, string key, TarFaults faults)
    {
        ReadOnlySpan<byte> text = value;
        bool negative = text.StartsWith("-"u8);
        if (negative)
            text = text[1..];
        int point = text.IndexOf((byte)'.');
        ReadOnlySpan<byte> fraction = point < 0 ? default : text[(point + 1)..];
        ReadOnlySpan<byte> whole = point < 0 ? text : text[..point];
        if (fraction.IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0)
            throw Wrong(value, key, "seconds", faults);
        long seconds = Number(whole.ToArray(), key, faults);
        return negative ? -seconds - (fraction.IndexOfAnyExcept((byte)'0') >= 0 ? 1 : 0) : seconds;
    }

    /// <summary>libarchive's form: the name percent-encoded, the value in base 64.</summary>
    public static (string Name, byte[] Value) LibarchiveAttribute(string key, byte[] value, TarFaults faults)
    {
        try
        {
            string text = Encoding.ASCII.GetString(value).TrimEnd('=');
            return (Uri.UnescapeDataString(key), Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '=')));
        }
        catch (FormatException)
        {
            throw Wrong(value, "LIBARCHIVE.xattr." + key, "base 64", faults);
        }
    }

    private static NodeForgeException Wrong(byte[] value, string key, string want, TarFaults faults) =>
        faults.Fault(
            ErrorCodes.ArchiveExtensionInvalid,
            $"the PAX record '{key}' has no usable value",
            got: TarText.Decode(value.AsSpan(0, Math.Min(value.Length, 80))),
            want: want
        );
}
