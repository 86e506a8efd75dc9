namespace NodeForge.Bundles.Format;

/// <summary>What a bundle may ask of whoever reads it.</summary>
internal static class BundleLimits
{
    public const int MostVolumes = 9999;
    public const int LongestIndex = 61 << 20;
    public const int SmallestChunk = 1 << 10;
    public const int LargestChunk = 61 << 20;

    /// <summary>Records of a volume: of the usual length they are 4 TiB.</summary>
    public const int MostRecords = 1 << 20;
}
