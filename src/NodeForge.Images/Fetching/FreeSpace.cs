using NodeForge.Oci;

namespace NodeForge.Images.Fetching;

/// <summary>Says before the first byte that a disk will not do.</summary>
internal static class FreeSpace
{
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.DiskFull"/> with need and have.</exception>
    public static void Check(IReadOnlyList<Source> missing, BlobStore store)
    {
        string folder = PartialFile.FolderOf(store, missing[0].Digest);
        long need = missing.Sum(source => Math.Max(0, source.Size - Begun(store, source)));
        long have = new DriveInfo(Existing(folder)).AvailableFreeSpace;
        if (need <= have)
            return;
        throw new NodeForgeException(
            new Diagnostic(ErrorCodes.DiskFull, "the disk has no room for what is to be fetched")
            {
                Where = new(Path.GetDirectoryName(folder)!),
                Got = $"{ByteCount.Show(have)} free",
                Want = ByteCount.Show(need),
                Hint = "free space there, or choose another folder with --cache",
            }
        );
    }

    private static long Begun(BlobStore store, Source source)
    {
        FileInfo partial = new(PartialFile.PathOf(store, source.Digest));
        return partial.Exists ? partial.Length : 0;
    }

    private static string Existing(string folder)
    {
        while (!Directory.Exists(folder))
            folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
