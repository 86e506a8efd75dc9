using System.Globalization;
using System.Text;
using NodeForge.Oci;
using NodeForge.Recipes.Locks;

namespace NodeForge.Images.Debian.Packages;

/// <summary>A flat apt repository of exactly the locked packages: what mmdebstrap may take, and nothing else.</summary>
internal static class LocalRepository
{
    // What an index says of a file: a control file that has these is not asked.
    private static readonly string[] OfTheFile = ["Filename", "Size", "MD5sum", "SHA1", "SHA256", "SHA512", "Status"];

    /// <summary>Lays the packages down by their digests and writes their index; the digests are those of the lock, so apt checks them once
    /// more.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.InvalidPackage"/>: a package is another one than the lock
    /// says.</exception>
    public static void Write(string folder, IReadOnlyList<LockedPackage> packages, BlobStore store)
    {
        StringBuilder index = new();
        foreach (LockedPackage package in packages)
        {
            string name = package.Digest.Hex + ".deb";
            string blob = store.SoundPathOf(package.Digest);
            index
                .Append(ControlStanzas.Text(Control(package, new DebFile(package.Path, blob)), OfTheFile))
                .Append(CultureInfo.InvariantCulture, $"Filename: ./{name}\nSize: {package.Size}\nSHA256: {package.Digest.Hex}\n\n");
            File.CreateSymbolicLink(Path.Combine(folder, name), blob);
        }

        File.WriteAllText(Path.Combine(folder, "Packages"), index.ToString());
    }

    private static IReadOnlyDictionary<string, string> Control(LockedPackage package, DebFile deb)
    {
        IReadOnlyDictionary<string, string> fields = deb.ReadControl();
        string got = string.Join(' ', Field("Package"), Field("Version"), Field("Architecture"));
        string want = string.Join(' ', package.Name, package.Version, package.Architecture);
        return got == want ? fields : throw deb.Invalid($"its control file says {got}, the lock {want}");

        string Field(string name) => fields.GetValueOrDefault(name, "(nothing)");
    }
}
