using NodeForge.Images.Assembly.Contents;
using NodeForge.Images.Debian.Packages;
using NodeForge.Images.Fetching;
using NodeForge.Oci;
using NodeForge.Oci.Compression;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Tar;
using NodeForge.Recipes.Locks;

namespace NodeForge.Images.Tests.Assembly;

public sealed class ReadingPackages
{
    [Theory]
    [InlineData("")]
    [InlineData(".gz")]
    [InlineData(".xz")]
    [InlineData(".zst")]
    public void A_package_is_read_whatever_its_members_are_compressed_with(string suffix)
    {
        using AssemblyRoom room = new();
        DebFile deb = new(
            "hello",
            room.Write(
                "hello.deb",
                DebFixture.Deb(suffix, plain => Encoded(plain, suffix), AssemblyRoom.File_("usr/bin/hello", "hi", 0x1ed))
            )
        );
        List<(string, string)> files = [];
        deb.ReadData((entry, content) => files.Add((entry.Path, new StreamReader(content).ReadToEnd())));
        Assert.Equal(DebFixture.Control, ControlStanzas.Text(deb.ReadControl()));
        Assert.Equal([("usr/bin/hello", "hi")], files);
    }

    [Fact]
    public void What_is_no_ar_archive_is_no_package()
    {
        Assert.Equal("NF4203", Refused("<html>not found</html>"u8.ToArray()).Code.Id);
    }

    [Fact]
    public void A_package_without_a_control_file_is_refused()
    {
        byte[] deb = DebFixture.Ar(
            ("debian-binary", "2.0\n"u8.ToArray()),
            ("control.tar", AssemblyRoom.Tar(AssemblyRoom.File_("md5sums", "")))
        );
        Assert.Contains("no control file", Refused(deb).What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_package_without_a_control_archive_is_refused()
    {
        Diagnostic refused = Refused(DebFixture.Ar(("debian-binary", "2.0\n"u8.ToArray())));
        Assert.Equal(ErrorCodes.InvalidPackage, refused.Code);
        Assert.Contains("no control.tar", refused.What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_member_header_is_named()
    {
        byte[] deb = DebFixture.Deb("", plain => plain);
        deb[8 + 58] = (byte)'x'; // the magic that ends the first header
        Assert.Contains("'debian-binary' is damaged", Refused(deb).What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_package_that_was_cut_is_refused_with_the_member_at_which_it_ends()
    {
        byte[] deb = DebFixture.Deb("", plain => plain);
        Assert.Contains("ends within member 'control.tar'", Refused(deb[..200]).What, StringComparison.Ordinal);
    }

    [Fact]
    public void Globs_take_files_with_their_modes_and_folders_come_of_themselves()
    {
        using AssemblyRoom room = new();
        LayerDraft draft = Extract(room, ["/usr/bin/*", "/usr/share/**/copyright"]);
        Assert.Equal(
            [
                "usr",
                "usr/bin",
                "usr/bin/empty",
                "usr/bin/hello",
                "usr/bin/hi",
                "usr/share",
                "usr/share/doc",
                "usr/share/doc/hello",
                "usr/share/doc/hello/copyright",
            ],
            draft.Entries.Select(entry => entry.Header.Path).Order(StringComparer.Ordinal)
        );
        Assert.Equal(0x1ed, draft.Find("usr/bin/hello")!.Header.Mode);
        Assert.Equal("hello", draft.Find("usr/bin/hi")!.Header.LinkTarget);
        Assert.Equal(AssemblyRoom.Epoch, draft.Find("usr/bin/hello")!.Header.ModificationTime);
    }

    [Fact]
    public void What_a_link_leads_to_comes_with_it_through_further_links_and_other_packages()
    {
        using AssemblyRoom room = new();
        byte[] library = DebFixture.Deb(
            "",
            plain => plain,
            AssemblyRoom.File_("usr/lib/x86/libx.so.1.2", "x"),
            AssemblyRoom.Link("usr/lib/x86/libx.so.1", "libx.so.1.2")
        );
        byte[] program = DebFixture.Deb(
            "",
            plain => plain,
            AssemblyRoom.Link("usr/lib/app/libx.so", "../x86/libx.so.1"),
            AssemblyRoom.Link("usr/lib/app/nowhere", "/var/none")
        );
        LayerDraft draft = Extract(room, ["/usr/lib/app/*"], library, program);
        Assert.Equal(
            ["usr/lib/app/libx.so", "usr/lib/app/nowhere", "usr/lib/x86/libx.so.1", "usr/lib/x86/libx.so.1.2"],
            draft
                .Entries.Where(entry => entry.Header.Kind != TarEntryKind.Directory)
                .Select(entry => entry.Header.Path)
                .Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void Links_in_a_circle_are_taken_once()
    {
        using AssemblyRoom room = new();
        byte[] deb = DebFixture.Deb("", plain => plain, AssemblyRoom.Link("a", "b"), AssemblyRoom.Link("b", "a"));
        Assert.Equal(["a", "b"], Extract(room, ["/a"], deb).Entries.Select(entry => entry.Header.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_star_does_not_cross_a_slash()
    {
        using AssemblyRoom room = new();
        Assert.Equal(ErrorCodes.NothingExtracted, AssemblyRoom.Fails(() => Extract(room, ["/usr/*"])).Code);
    }

    [Fact]
    public void Every_glob_that_matches_nothing_is_told_at_once()
    {
        using AssemblyRoom room = new();
        NodeForgeException failure = Assert.Throws<NodeForgeException>(() => Extract(room, ["/opt/a", "/usr/bin/hello", "/opt/b"]));
        Assert.Equal(
            ["no file of the packages matches '/opt/a'", "no file of the packages matches '/opt/b'"],
            failure.Diagnostics.Select(problem => problem.What)
        );
    }

    private static LayerDraft Extract(AssemblyRoom room, string[] globs)
    {
        byte[] deb = DebFixture.Deb(
            "",
            plain => plain,
            AssemblyRoom.Folder_("usr/bin"),
            AssemblyRoom.File_("usr/bin/hello", "hi", 0x1ed),
            AssemblyRoom.Link("usr/bin/hi", "hello"),
            AssemblyRoom.File_("usr/bin/empty", ""),
            AssemblyRoom.File_("usr/share/doc/hello/copyright", "free"),
            AssemblyRoom.File_("usr/share/man/hello.1", "man")
        );
        return Extract(room, globs, deb);
    }

    private static LayerDraft Extract(AssemblyRoom room, string[] globs, params byte[][] debs)
    {
        LockedPart part = new()
        {
            Recipe = "r.yaml",
            Platform = "linux/amd64",
            Sources =
            [
                .. debs.Select(deb => new LockedPackage(
                    "hello",
                    "1.0",
                    "amd64",
                    "bookworm",
                    "pool/hello.deb",
                    room.Store.Write(deb),
                    deb.Length
                )),
            ],
        };
        LayerDraft draft = new(new RootfsTree(), AssemblyRoom.Epoch);
        new PackageFiles(room.Environment).Extract(globs, part, draft, "r.yaml", CancellationToken.None);
        return draft;
    }

    private static Diagnostic Refused(byte[] deb)
    {
        using AssemblyRoom room = new();
        DebFile file = new("hello", room.Write("hello.deb", deb));
        return AssemblyRoom.Fails(() => file.ReadControl());
    }

    private static byte[] Encoded(byte[] plain, string suffix) =>
        suffix switch
        {
            ".gz" => AssemblyRoom.Encode(plain, LayerEncoding.Gzip),
            ".zst" => AssemblyRoom.Encode(plain, LayerEncoding.Zstd),
            ".xz" => AssemblyRoom.Xz(plain),
            _ => plain,
        };
}
