using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace NodeForge.Oci.Tar;

/// <summary>The records of a PAX extended header (POSIX.1-2001 pax, "Extended Header"): <c>LENGTH KEY=VALUE\n</c>, sorted by key.</summary>
internal sealed class PaxRecords
{
    private SortedDictionary<string, byte[]>? records;

    public bool Any => records is not null;

    public void Set(string key, byte[] value) => (records ??= new(StringComparer.Ordinal))[key] = value;

    /// <summary>A path or link path; one that is no UTF-8 is declared as bytes.</summary>
    public void SetName(string key, byte[] value)
    {
        Set(key, value);
        if (!Utf8.IsValid(value))
            Set("hdrcharset", "BINARY"u8.ToArray());
    }

    public byte[] ToBytes()
    {
        using MemoryStream bytes = new();
        foreach ((string key, byte[] value) in records ?? [])
        {
            byte[] name = Encoding.UTF8.GetBytes(key);
            bytes.Write(Encoding.ASCII.GetBytes(LengthOf(name.Length + value.Length + 3).ToString(CultureInfo.InvariantCulture)));
            bytes.WriteByte((byte)' ');
            bytes.Write(name);
            bytes.WriteByte((byte)'=');
            bytes.Write(value);
            bytes.WriteByte((byte)'\n');
        }

        return bytes.ToArray();
    }

    // The length counts its own digits.
    private static int LengthOf(int rest)
    {
        int length = rest + 1;
        while (rest + Digits(length) != length)
            length = rest + Digits(length);
        return length;
    }

    private static int Digits(int number) => number.ToString(CultureInfo.InvariantCulture).Length;
}
