using System.Collections;

namespace NodeForge.Containerd.Bolt;

/// <summary>Pages of a file, one bit each.</summary>
internal sealed class PageSet(BoltFile file)
{
    private readonly BitArray bits = new(checked((int)Math.Min(file.Meta.HighWater, int.MaxValue)));

    public bool Contains(ulong page) => bits[checked((int)page)];

    /// <returns>Whether it was absent.</returns>
    public bool Add(ulong page)
    {
        int index = checked((int)page);
        bool absent = !bits[index];
        bits[index] = true;
        return absent;
    }
}
