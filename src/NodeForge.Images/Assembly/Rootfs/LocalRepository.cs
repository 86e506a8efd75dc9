using System.Globalization;
using System.Text;
using NodeForge.Oci.Content;
using NodeForge.Recipes.Locks;

namespace NodeForge.Images.Assembly.Rootfs;

/// <summary>A flat apt repository of exactly the locked packages: what mmdebstrap may take, and nothing else.</summary>
internal static class LocalRepository
{
    /// <summary>Lays the packages down and writes their index; the digests are those of the lock, so apt checks them once more.</summary>
    public static void Write(string folder, IReadOnlyList<LockedPackage> packages, BlobStore store)
    {
        StringBuilder index = new();
        foreach (LockedPackage package in packages)
        {
            string name = Path.GetFileName(package.Path);
            string blob = store.SoundPathOf(package.Digest);
            File.CreateSymbolicLink(Path.Combine(folder, name), blob);
            index.Append(new DebFile(package.Path, blob).ReadControl())
                .Append(CultureInfo.InvariantCulture, $"Filename: ./{name}\nSize: {package.Size}\nSHA256: {package.Digest.Hex}\n\n");
        }

        File.WriteAllText(Path.Combine(folder, "Packages"), index.ToString());
    }
}
