using System.Globalization;
using System.Net;
using System.Numerics;

namespace NodeForge.Clusters;

/// <summary>An address range in CIDR form.</summary>
internal sealed record AddressRange(IPNetwork Network)
{
    private int Bits => Network.BaseAddress.GetAddressBytes().Length * 8;

    public static AddressRange Parse(string text) => new(IPNetwork.Parse(text));

    public bool Overlaps(AddressRange other) =>
        Bits == other.Bits && (Network.Contains(other.Network.BaseAddress) || other.Network.Contains(Network.BaseAddress));

    /// <summary>The address at an offset from the range's first.</summary>
    public IPAddress At(int offset) => Address(First + offset);

    /// <summary>The part of the range that has an index among the parts of that prefix length.</summary>
    public string Part(int prefixLength, int index)
    {
        int length = Math.Max(prefixLength, Network.PrefixLength);
        IPAddress address = Address(First + ((BigInteger)index << (Bits - length)));
        return string.Create(CultureInfo.InvariantCulture, $"{address}/{length}");
    }

    public override string ToString() => Network.ToString();

    private BigInteger First => new(Network.BaseAddress.GetAddressBytes(), isUnsigned: true, isBigEndian: true);

    private IPAddress Address(BigInteger value)
    {
        byte[] bytes = new byte[Bits / 8];
        byte[] number = value.ToByteArray(isUnsigned: true, isBigEndian: true);
        number.CopyTo(bytes, bytes.Length - number.Length);
        return new(bytes);
    }
}
