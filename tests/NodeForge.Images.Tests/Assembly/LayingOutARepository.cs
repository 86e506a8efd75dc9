using NodeForge.Images.Debian.Packages;
using NodeForge.Recipes.Locks;

namespace NodeForge.Images.Tests.Assembly;

/// <summary>What a package says of itself becomes an index that apt believes.</summary>
public sealed class LayingOutARepository
{
    [Fact]
    public void Packages_lie_under_their_digests_whatever_the_lock_calls_their_files()
    {
        using AssemblyRoom room = new();
        LockedPackage package = Package(room, DebFixture.Control) with { Path = "pool/x y/..%2f..%2fetc" };

        string index = Write(room, package);

        HashSet<string> laid = [.. Directory.GetFileSystemEntries(room["repository"]).Select(file => Path.GetFileName(file))];
        Assert.True(laid.SetEquals(["Packages", package.Digest.Hex + ".deb"]));
        Assert.Equal(
            $"{DebFixture.Control}Filename: ./{package.Digest.Hex}.deb\nSize: {package.Size}\nSHA256: {package.Digest.Hex}\n\n",
            index
        );
    }

    [Fact]
    public void A_control_file_says_nothing_of_files()
    {
        using AssemblyRoom room = new();

        string index = Write(
            room,
            Package(
                room,
                DebFixture.Control
                    + "filename: ./../../etc/shadow\nSHA256: 00\nMD5sum: 11\nStatus: install ok installed\nDescription: hello\n world\n .\n end\n"
            )
        );

        Assert.DoesNotContain("shadow", index, StringComparison.Ordinal);
        Assert.Equal(
            ["Package", "Version", "Architecture", "Description", "Filename", "Size", "SHA256"],
            index.Split('\n').Where(line => line.Contains(": ", StringComparison.Ordinal)).Select(line => line.Split(':')[0])
        );
        Assert.Contains("Description: hello\n world\n .\n end\n", index, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\nPackage: evil\nVersion: 1\nArchitecture: amd64\nFilename: ./../../evil.deb\n", "not one stanza")]
    [InlineData("Package: bash\n", "its control file says bash 1.0 amd64, the lock hello 1.0 amd64")]
    [InlineData("Version: 2.0\n", "its control file says hello 2.0 amd64, the lock hello 1.0 amd64")]
    public void A_package_that_is_another_one_than_the_lock_says_is_refused(string more, string why)
    {
        using AssemblyRoom room = new();
        LockedPackage package = Package(room, DebFixture.Control + more);

        Diagnostic told = AssemblyRoom.Fails(() => Write(room, package));

        Assert.Equal((ErrorCodes.InvalidPackage, package.Path), (told.Code, told.Where!.Resource));
        Assert.Contains(why, told.What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_control_file_without_an_end_is_refused_before_it_is_read()
    {
        using AssemblyRoom room = new();
        LockedPackage package = Package(room, DebFixture.Control + "Description: " + new string('x', 4 << 20));

        Assert.Contains("more than 4194304", AssemblyRoom.Fails(() => Write(room, package)).What, StringComparison.Ordinal);
    }

    private static LockedPackage Package(AssemblyRoom room, string control)
    {
        byte[] deb = DebFixture.OfControl(control);
        return new("hello", "1.0", "amd64", "bookworm", "pool/main/h/hello.deb", room.Store.Write(deb), deb.Length);
    }

    private static string Write(AssemblyRoom room, LockedPackage package)
    {
        LocalRepository.Write(Directory.CreateDirectory(room["repository"]).FullName, [package], room.Store);
        return File.ReadAllText(room["repository/Packages"]);
    }
}
