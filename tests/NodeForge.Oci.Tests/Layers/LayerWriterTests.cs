using System.Text;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Tar;

namespace NodeForge.Oci.Tests.Layers;

public sealed class LayerWriterTests
{
    [Fact]
    public void A_header_has_exactly_these_bytes()
    {
        byte[] layer = Tar.Write(
            new LayerEntry(
                new TarEntry
                {
                    Path = "usr/bin/su",
                    Kind = TarEntryKind.File,
                    Mode = 0x9ed, // 04755
                    Uid = 0,
                    Gid = 42,
                    ModificationTime = 1_600_000_000,
                    Size = 3,
                },
                new InlineContent("abc"u8.ToArray())
            )
        );

        StringBuilder want = new();
        want.Append("usr/bin/su".PadRight(100, '\0'))
            .Append("0004755\0")
            .Append("0000000\0")
            .Append("0000052\0")
            .Append("00000000003\0")
            .Append("13727410000\0")
            .Append("011200\0 ")
            .Append('0')
            .Append('\0', 100)
            .Append("ustar\u000000")
            .Append('\0', 64)
            .Append("0000000\0")
            .Append("0000000\0")
            .Append('\0', 167)
            .Append("abc")
            .Append('\0', 509)
            .Append('\0', 1024);
        Assert.Equal(want.ToString(), Encoding.Latin1.GetString(layer));
    }

    [Fact]
    public void An_extended_header_has_exactly_these_bytes()
    {
        byte[] layer = Tar.Write(Tar.File("bin/ping", "", 0x1ed, 0, ("user.b", [1]), ("security.capability", [0, 255, 10])));
        string header = Encoding.Latin1.GetString(layer, 0, 512);
        Assert.StartsWith("PaxHeaders.0/x\0", header, StringComparison.Ordinal);
        Assert.Equal("0000644\0" + "0000000\0" + "0000000\0", header[100..124]);
        Assert.Equal("00000000000\0", header[136..148]);
        Assert.Equal('x', header[156]);
        Assert.Equal(
            Tar.Record("SCHILY.xattr.security.capability", "\0\u00ff\n") + Tar.Record("SCHILY.xattr.user.b", "\u0001"),
            Encoding.Latin1.GetString(layer, 512, 65)
        );
    }

    [Fact]
    public void Names_are_sorted_by_their_bytes_and_a_directory_comes_right_before_what_is_in_it()
    {
        byte[] layer = Tar.Write(
            Tar.File("a.b"),
            Tar.File("a/x"),
            Tar.Directory("a"),
            Tar.File("a-b"),
            Tar.File("B"),
            Tar.File("\U0001F600"),
            Tar.File("\uFF5E"),
            Tar.File("a0")
        );
        Assert.Equal(["B", "a-b", "a.b", "a", "a/x", "a0", "\uFF5E", "\U0001F600"], Tar.Names(layer));
    }

    [Fact]
    public void A_directory_ends_in_a_slash()
    {
        Assert.StartsWith("etc/\0", Encoding.Latin1.GetString(Tar.Write(Tar.Directory("etc"))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Tar.Epoch + 1, Tar.Epoch)]
    [InlineData(Tar.Epoch, Tar.Epoch)]
    [InlineData(5, 5)]
    [InlineData(-7, 0)]
    public void A_time_is_at_most_the_epoch_and_never_negative(long time, long written)
    {
        Assert.Equal(written, Tar.Read(Tar.Write(Tar.File("a", time: time)))[0].Entry.ModificationTime);
    }

    [Fact]
    public void A_name_of_one_hundred_bytes_needs_no_extended_header_and_neither_does_one_that_splits()
    {
        Assert.Equal(512 + 1024, Tar.Write(Tar.File(new string('a', 100))).Length);
        Assert.Equal(512 + 1024, Tar.Write(Tar.File(new string('a', 155) + "/" + new string('b', 100))).Length);
        Assert.Equal(512 + 1024, Tar.Write(Tar.Directory(new string('a', 155) + "/" + new string('b', 99))).Length);
        Assert.Equal(512 + 1024 + 1024, Tar.Write(Tar.Directory(new string('a', 155) + "/" + new string('b', 100))).Length);
        Assert.Equal(512 + 1024 + 1024, Tar.Write(Tar.File(new string('a', 101))).Length);
        Assert.Equal(512 + 1024 + 1024, Tar.Write(Tar.File(new string('a', 156) + "/b")).Length);
    }

    [Fact]
    public void The_first_name_of_a_hard_linked_file_carries_the_bytes_whichever_name_the_entries_gave_them_to()
    {
        byte[] content = "perl"u8.ToArray();
        byte[] one = Tar.Write(Tar.HardLink("bin/a", "bin/z"), Tar.HardLink("bin/b", "bin/a"), Tar.File("bin/z", content, 0x9ed));
        byte[] other = Tar.Write(Tar.File("bin/a", content, 0x9ed), Tar.HardLink("bin/z", "bin/a"), Tar.HardLink("bin/b", "bin/z"));
        Assert.Equal(one, other);
        List<(TarEntry Entry, byte[] Content)> read = Tar.Read(one);
        Assert.Equal(("bin/a", TarEntryKind.File, 0x9ed), (read[0].Entry.Path, read[0].Entry.Kind, read[0].Entry.Mode));
        Assert.Equal(content, read[0].Content);
        Assert.All(
            read.Skip(1),
            e => Assert.Equal((TarEntryKind.HardLink, "bin/a", 0x9ed), (e.Entry.Kind, e.Entry.LinkTarget, e.Entry.Mode))
        );
    }

    [Fact]
    public void A_path_that_is_there_twice_is_refused()
    {
        Assert.Equal(ErrorCodes.LayerPathTwice, Tar.Fault(() => Tar.Write(Tar.File("a"), Tar.File("a.b"), Tar.Directory("a"))).Code);
        Assert.Equal(ErrorCodes.LayerPathTwice, Tar.Fault(() => Tar.Write(Tar.File("\u00e9"), Tar.File("\udcc3\udca9"))).Code);
    }

    private static TheoryData<string, LayerEntry> Impossible =>
        new()
        {
            { "empty", Tar.File("") },
            { "relative", Tar.File("/etc/passwd") },
            { "relative", Tar.File("a/../b") },
            { "relative", Tar.File("./a") },
            { "relative", Tar.Directory("a/") },
            { "relative", Tar.File("a//b") },
            { "zero byte", Tar.File("a\0b") },
            { "surrogate", Tar.File("a\ud800") },
            { "longer than 255", Tar.File(new string('a', 256)) },
            { "1 to 4095", Tar.File(string.Join('/', Enumerable.Repeat(new string('a', 255), 17))) },
            { "link target", Tar.Link("a", "") },
            { "zero byte", Tar.Link("a", "b\0") },
            { "not in this layer", Tar.HardLink("a", "b") },
            { "circle", Tar.HardLink("a", "a") },
            {
                "owner",
                new(
                    new TarEntry
                    {
                        Path = "a",
                        Kind = TarEntryKind.File,
                        Uid = uint.MaxValue,
                    },
                    null
                )
            },
            {
                "owner",
                new(
                    new TarEntry
                    {
                        Path = "a",
                        Kind = TarEntryKind.File,
                        Gid = -1,
                    },
                    null
                )
            },
            { "0:0", new(new TarEntry { Path = "a", Kind = TarEntryKind.CharacterDevice }, null) },
            {
                "device numbers",
                new(
                    new TarEntry
                    {
                        Path = "a",
                        Kind = TarEntryKind.BlockDevice,
                        DeviceMajor = 4096,
                    },
                    null
                )
            },
            { "overlayfs", Tar.File("a", "", 0x1a4, 0, ("trusted.overlay.opaque", [1])) },
            { "attribute", Tar.File("a", "", 0x1a4, 0, ("user.a=b", [1])) },
            { "attribute", Tar.File("a", "", 0x1a4, 0, ("user.a", [])) },
            {
                "no content",
                new(
                    new TarEntry
                    {
                        Path = "a",
                        Kind = TarEntryKind.Directory,
                        Size = 1,
                    },
                    null
                )
            },
        };

    // Not a theory: a record of tests cannot hold the names of these rows.
    [Fact]
    public void An_entry_that_no_file_system_could_hold_is_refused() =>
        Assert.All(
            Impossible,
            row =>
            {
                (string why, LayerEntry entry) = row.Data;
                NodeForgeException refused = Assert.Throws<NodeForgeException>(() => Tar.Write(entry));
                Assert.Equal(ErrorCodes.LayerEntryInvalid, refused.Diagnostics[0].Code);
                Assert.Contains(why, refused.Message + (entry.Header.Path.Length == 0 ? "empty" : ""), StringComparison.Ordinal);
            }
        );

    [Fact]
    public void An_entry_below_a_link_or_a_file_is_refused_and_so_is_a_hard_link_to_a_directory()
    {
        Assert.Contains(
            "below 'lib'",
            Tar.Fault(() => Tar.Write(Tar.Link("lib", "usr/lib"), Tar.File("lib/x/y"))).What,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "below 'a/b'",
            Tar.Fault(() => Tar.Write(Tar.File("a/b/c"), Tar.File("a/b"), Tar.Directory("a"))).What,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "to a directory",
            Tar.Fault(() => Tar.Write(Tar.Directory("d"), Tar.HardLink("a", "d"))).What,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public void A_file_that_is_not_as_long_as_its_entry_says_stops_the_layer(int length)
    {
        string path = Path.GetTempPath() + Path.GetRandomFileName();
        File.WriteAllBytes(path, new byte[length]);
        try
        {
            TarEntry header = new()
            {
                Path = "a",
                Kind = TarEntryKind.File,
                Size = 4,
            };
            Assert.Equal(ErrorCodes.LayerContentChanged, Tar.Fault(() => Tar.Write(new LayerEntry(header, new WholeFile(path)))).Code);
            Assert.Equal(
                ErrorCodes.LayerContentChanged,
                Tar.Fault(() => Tar.Write(new LayerEntry(header, new InlineContent(new byte[length])))).Code
            );
            if (length < 4)
                Assert.Equal(
                    ErrorCodes.LayerContentChanged,
                    Tar.Fault(() => Tar.Write(new LayerEntry(header, new FileContent(path, 0, 4)))).Code
                );
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Slices_of_one_file_become_files()
    {
        string path = Path.GetTempPath() + Path.GetRandomFileName();
        byte[] spool = new byte[3_000_000];
        new Random(1).NextBytes(spool);
        File.WriteAllBytes(path, spool);
        try
        {
            LayerEntry[] entries =
            [
                .. Enumerable
                    .Range(0, 30)
                    .Select(i => new LayerEntry(
                        new TarEntry
                        {
                            Path = $"f{i:00}",
                            Kind = TarEntryKind.File,
                            Size = 99_999,
                        },
                        new FileContent(path, i * 100_000, 99_999)
                    )),
            ];
            List<(TarEntry Entry, byte[] Content)> read = Tar.Read(Tar.Write(entries));
            Assert.All(Enumerable.Range(0, 30), i => Assert.Equal(spool[(i * 100_000)..(i * 100_000 + 99_999)], read[i].Content));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_label_of_the_packing_machine_is_left_out()
    {
        Assert.Empty(Tar.Read(Tar.Write(Tar.File("a", "", 0x1a4, 0, ("security.selinux", [1]))))[0].Entry.ExtendedAttributes);
    }

    private sealed record WholeFile(string Path) : LayerContent
    {
        public override Stream Open() => File.OpenRead(Path);
    }
}
