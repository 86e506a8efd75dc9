using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Numerics;

namespace NodeForge.Clusters.Configuration;

/// <summary>An address range in CIDR form.</summary>
internal sealed record AddressRange(IPNetwork Network)
{
    public int Bits => Network.BaseAddress.GetAddressBytes().Length * 8;

    /// <summary>How many bits differ within the range.</summary>
    public int FreeBits => Bits - Network.PrefixLength;

    public bool IsIPv6 => Network.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6;

    public static AddressRange Parse(string text) => new(IPNetwork.Parse(text));

    /// <summary>Ranges with commas between, as a cluster of both address families has them.</summary>
    public static IReadOnlyList<AddressRange> ParseAll(string text) => [.. text.Split(',').Select(Parse)];

    /// <summary>The range of that length around an address.</summary>
    public static AddressRange Around(IPAddress address, int prefixLength)
    {
        byte[] bytes = address.GetAddressBytes();
        for (int bit = prefixLength; bit < bytes.Length * 8; bit++)
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        return new(new IPNetwork(new IPAddress(bytes), prefixLength));
    }

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
