using NodeForge.Images.Debian.Apt;
using NodeForge.Images.Locking;
using NodeForge.Oci;
using NodeForge.Recipes.Locks;

namespace NodeForge.Images.Tests.Locking;

/// <summary>The index of a hostile archive: what it says becomes a lock, which others build from.</summary>
public sealed class ReadingIndexes
{
    private static readonly Dictionary<string, string> Valid = new()
    {
        ["Package"] = "hello",
        ["Version"] = "2.10-3",
        ["Architecture"] = "amd64",
        ["Filename"] = "pool/main/h/hello/hello_2.10-3_amd64.deb",
        ["SHA256"] = Digest.Of("x"u8).Hex,
        ["Size"] = "100",
        ["Directory"] = "pool/main/h/hello",
    };

    [Fact]
    public void A_stanza_becomes_a_package()
    {
        LockedPackage package = Entry("Package", "hello").ToPackage("20261101T000000Z");
        Assert.Equal(
            ("hello", "2.10-3", "bookworm", 100L, "20261101T000000Z"),
            (package.Name, package.Version, package.Suite, package.Size, package.Snapshot)
        );
    }

    [Theory]
    [InlineData("Package", "-oDPkg::Pre-Invoke::=x", "-oDPkg::Pre-Invoke::=x.name")]
    [InlineData("Version", "1 2", "hello.version")]
    [InlineData("Version", "", "hello.version")]
    [InlineData("Architecture", "../x", "hello.architecture")]
    [InlineData("Filename", "../../../etc/passwd", "hello.path")]
    [InlineData("Filename", "", "hello.path")]
    [InlineData("Size", "ten", "hello.size")]
    [InlineData("Size", "-1", "hello.size")]
    [InlineData("Size", "99999999999999999999999", "hello.size")]
    public void A_stanza_that_no_policy_allows_is_refused_with_the_field(string field, string value, string place)
    {
        Diagnostic told = Assert.Throws<NodeForgeException>(() => Entry(field, value).ToPackage(null)).Diagnostics[0];
        Assert.Equal((ErrorCodes.ArchiveEntryInvalid, "lists/Packages", place), (told.Code, told.Where!.Resource, told.Where.Detail));
    }

    [Theory]
    [InlineData("hello_2.10.orig.tar.gz", "pool/main/h/hello", null)]
    [InlineData("../../hello.dsc", "pool/main/h/hello", "../../hello.dsc.name")]
    [InlineData("/etc/cron.d/x", "pool/main/h/hello", "/etc/cron.d/x.name")]
    [InlineData("hello.dsc", "../../..", "hello.dsc.path")]
    [InlineData("hello.dsc", "", "hello.dsc.path")]
    public void The_files_of_a_source_package_are_single_names_below_the_archive(string name, string directory, string? place)
    {
        IndexEntry entry = Entry("Directory", directory);
        if (place is null)
            Assert.Equal(directory + "/" + name, entry.ToFile(name, Digest.Of("x"u8), 1, null).Path);
        else
            Assert.Equal(
                place,
                Assert.Throws<NodeForgeException>(() => entry.ToFile(name, Digest.Of("x"u8), 1, null)).Diagnostics[0].Where!.Detail
            );
    }

    private static IndexEntry Entry(string field, string value) =>
        new("bookworm", new Dictionary<string, string>(Valid) { [field] = value }, "lists/Packages");
}
