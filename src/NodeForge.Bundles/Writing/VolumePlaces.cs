using NodeForge.Bundles.Format;
using NodeForge.Oci.Content;

namespace NodeForge.Bundles.Writing;

/// <summary>The files that have a bundle's name: one, or its volumes. What had the name before goes: a file would hide new volumes, and
/// volumes of a larger bundle would lie among those of a smaller one.</summary>
internal static class VolumePlaces
{
    /// <summary>Gives finished files their names, the first one last: without it there is no bundle.</summary>
    /// <param name="bundle">What the bundle is called, absolute.</param>
    /// <param name="files">All of the bundle, in order; without a temporary name those that are in their places already.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.DiskFull"/>, <see cref="ErrorCodes.PathNotUsable"/>.</exception>
    public static void Publish(string bundle, IReadOnlyList<(string? Temporary, string Path)> files)
    {
        AtomicFile.Guard(
            bundle,
            () =>
            {
                if (files.Count > 1 && files[0].Temporary is not null)
                    File.Delete(files[0].Path);
                foreach ((string? temporary, string path) in files.Reverse())
                {
                    if (temporary is not null)
                        AtomicFile.Publish(temporary, path);
                }

                return 0;
            }
        );
        HashSet<string> own = [.. files.Select(file => file.Path)];
        if (!own.Contains(bundle))
            Remove(bundle, alsoWhole: true);
        foreach (string volume in VolumeNames.Beside(bundle).Values.Where(path => !own.Contains(path)))
            Remove(volume, alsoWhole: false);
    }

    // Nothing that is no bundle; and a whole one may be called as volumes are.
    private static void Remove(string path, bool alsoWhole)
    {
        if (RegularFile.SizeOf(path) is null)
            return;
        using FileStream file = RegularFile.Open(path);
        byte[] head = new byte[VolumeHeader.Length];
        int length = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        if (VolumeHeader.IsOne(head.AsSpan(0, length)) && (alsoWhole || !VolumeHeader.IsWhole(head.AsSpan(0, length))))
            AtomicFile.Discard(path);
    }
}
