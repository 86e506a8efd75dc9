using NodeForge.Oci.Tar;

namespace NodeForge.Oci.Tests.Layers;

/// <summary>Archives of programs hold programs.</summary>
public sealed class StrictPolicyTests
{
    private static readonly TarEntry Plain = new() { Path = "bin", Kind = TarEntryKind.Directory };

    private static TarEntry File(string path, long size = 0, int mode = 0x1ed) =>
        new()
        {
            Path = path,
            Kind = TarEntryKind.File,
            Size = size,
            Mode = mode,
        };

    private static TarEntry Link(string path, string target) =>
        new()
        {
            Path = path,
            Kind = TarEntryKind.SymbolicLink,
            LinkTarget = target,
        };

    private static TarEntry HardLink(string path, string target) =>
        new()
        {
            Path = path,
            Kind = TarEntryKind.HardLink,
            LinkTarget = target,
        };

    private static void Check(params TarEntry[] entries)
    {
        TarPolicy policy = TarPolicy.Strict("cni.tgz");
        foreach (TarEntry entry in entries)
            policy.Check(entry);
    }

    public static TheoryData<string, TarEntry[]> Refused =>
        new()
        {
            { "B01", [Link("x", "/etc"), File("x/passwd")] },
            { "B02", [Link("x", "../../victim")] },
            { "B03", [Link("inner/go_up", ".."), Link("inner/go_up/escape", "../victim")] },
            { "B04", [Link("a/b", "."), Link("a/b/c", ".")] },
            { "B05", [Link("x", "y"), File("x")] },
            { "B06", [File("foo/a"), Link("foo", "bar")] },
            { "B11", [Link("x", "nowhere"), File("x/y")] },
            { "C01", [HardLink("x", "y")] },
            { "C01 to itself", [HardLink("x", "x")] },
            { "C01 to a later file", [HardLink("x", "y"), File("y")] },
            { "C01 to a directory", [Plain, HardLink("x", "bin")] },
            { "C01 to a symbolic link", [File("a"), Link("b", "a"), HardLink("x", "b")] },
            { "C01 out", [HardLink("x", "../etc/passwd")] },
            { "C01 out by its root", [File("etc/passwd"), HardLink("x", "/etc/passwd")] },
            { "C01 below a hard link", [File("a"), HardLink("x", "a"), File("x/y")] },
            { "C01 twice", [File("a"), HardLink("x", "a"), File("x")] },
            { "C04", [File("d/e/f"), Link("d/e/up", "../.."), Link("l", "d/e/up/..")] },
            {
                "D01",
                [
                    new()
                    {
                        Path = "x",
                        Kind = TarEntryKind.CharacterDevice,
                        DeviceMajor = 1,
                    },
                ]
            },
            { "D03", [new() { Path = "x", Kind = TarEntryKind.Fifo }] },
            { "D06 setuid", [File("x", mode: 0x9ed)] },
            { "D06 setgid", [File("x", mode: 0x5ed)] },
            { "F14 files", [File("x"), File("x")] },
            { "F14 file, directory", [File("bin"), Plain] },
            { "F14 directory, file", [Plain, File("bin")] },
            { "below a file", [File("x"), File("x/y")] },
        };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_could_lead_out_or_mean_two_things_is_refused(string id, TarEntry[] entries)
    {
        Diagnostic fault = Tar.Fault(() => Check(entries));
        Assert.True(ErrorCodes.ArchiveEntryRefused == fault.Code, $"{id}: {fault}");
        Assert.Contains("cni.tgz, entry ", fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Programs_folders_and_links_within_are_taken()
    {
        Check(
            new TarEntry { Path = "", Kind = TarEntryKind.Directory },
            Plain,
            File("bin/a", 5),
            Link("bin/b", "a"),
            Link("lib/x/y", "../../bin/a"),
            Link("c", "./bin/b"),
            HardLink("bin/d", "bin/a"),
            HardLink("e", "bin/d"),
            Plain,
            File("lib/z")
        );
    }

    [Fact]
    public void Too_many_entries_or_bytes_are_refused()
    {
        TarPolicy policy = TarPolicy.Strict("x.tar");
        policy.Check(File("a", policy.MaximumBytes - 1));
        Assert.Equal(ErrorCodes.ArchiveTooLarge, Tar.Fault(() => policy.Check(File("b", 2))).Code);
        TarPolicy many = TarPolicy.Strict("x.tar");
        Assert.Equal(
            ErrorCodes.ArchiveTooLarge,
            Tar.Fault(() =>
            {
                for (int i = 0; i <= many.MaximumEntries; i++)
                    many.Check(File($"f{i}"));
            }).Code
        );
    }
}
