using System.Text;
using NodeForge.Oci.Compression;
using NodeForge.Oci.Layers;

namespace NodeForge.Oci.Tests.Layers;

public sealed class RootfsTreeTests
{
    private static RootfsTree Tree(params byte[][] layers)
    {
        RootfsTree tree = new();
        for (int i = 0; i < layers.Length; i++)
            tree.Apply(new MemoryStream(layers[i]), $"layer{i}");
        return tree;
    }

    private static string[] Paths(RootfsTree tree) => [.. tree.Entries().Select(e => e.Header.Path)];

    [Fact]
    public void Upper_layers_replace_files_and_merge_directories()
    {
        RootfsTree tree = Tree(
            Tar.Write(Tar.Directory("d"), Tar.File("d/a", "1"), Tar.File("d/b", "1"), Tar.Directory("e"), Tar.File("e/x")),
            Tar.Write(Tar.Directory("d", 0x1c0), Tar.File("d/a", "22"), Tar.File("e"))
        );
        Assert.Equal(["d", "d/a", "d/b", "e"], Paths(tree));
        Assert.Equal((0x1c0, 1), (tree.Find("d")!.Header.Mode, tree.Find("d")!.Layer));
        Assert.Equal((2L, 1L), (tree.Find("/d/a")!.Header.Size, tree.Find("d/b")!.Header.Size));
        Assert.Null(tree.Find("e/x"));
    }

    [Fact]
    public void A_whiteout_hides_what_is_below_and_a_links_target_stays()
    {
        RootfsTree tree = Tree(
            Tar.Write(Tar.Directory("d"), Tar.File("d/a"), Tar.Directory("d/s"), Tar.File("d/s/x"), Tar.Link("l", "d")),
            Tar.Write(Tar.File("d/.wh.s"), Tar.File(".wh.l"), Tar.File(".wh.absent"), Tar.File(".wh..wh.plnk"))
        );
        Assert.Equal(["d", "d/a"], Paths(tree));
    }

    [Fact]
    public void A_whiteout_does_not_hide_what_its_own_layer_brings_in_either_order()
    {
        byte[] below = Tar.Write(Tar.File("x", "old"), Tar.Directory("o"), Tar.File("o/old"));
        Assert.Equal(1, Tree(below, Tar.Join(Tar.Entry(".wh.x", []), Tar.Entry("x", []), Tar.End)).Find("x")!.Layer);
        Assert.Equal(1, Tree(below, Tar.Join(Tar.Entry("x", []), Tar.Entry(".wh.x", []), Tar.End)).Find("x")!.Layer);
        Assert.Equal(["o", "o/new", "x"], Paths(Tree(below, Tar.Join(Tar.Entry("o/new", []), Tar.Entry("o/.wh..wh..opq", []), Tar.End))));
        Assert.Equal(["x"], Paths(Tree(below, Tar.Join(Tar.Entry(".wh.o", []), Tar.End))));
    }

    [Theory]
    [InlineData(".wh.")]
    [InlineData("etc/.wh..")]
    [InlineData("etc/.wh...")]
    public void A_whiteout_of_no_file_is_refused(string path) =>
        Assert.Equal(ErrorCodes.ArchiveEntryRefused, Tar.Fault(() => Tree(Tar.Join(Tar.Entry(path, []), Tar.End))).Code);

    [Fact]
    public void An_entry_through_a_link_of_the_layer_below_lands_where_the_link_leads()
    {
        RootfsTree tree = Tree(
            Tar.Write(Tar.Directory("usr/lib"), Tar.Link("lib", "usr/lib"), Tar.Link("abs", "/usr/lib/..")),
            Tar.Write(Tar.File("lib/a"), Tar.File("abs/share/b"), Tar.File("lib/.wh.none"))
        );
        Assert.Equal(["abs", "lib", "usr", "usr/lib", "usr/lib/a", "usr/share", "usr/share/b"], Paths(tree));
        Assert.Equal(ErrorCodes.ArchiveEntryRefused, Tar.Fault(() => Tree(Tar.Write(Tar.File("f")), Tar.Write(Tar.File("f/x")))).Code);
    }

    [Fact]
    public void Paths_resolve_inside_the_root_as_after_chroot()
    {
        RootfsTree tree = Tree(
            Tar.Write(
                Tar.Directory("usr/lib/systemd"),
                Tar.File("usr/lib/systemd/systemd"),
                Tar.Link("lib", "usr/lib"),
                Tar.Link("usr/sbin", "bin"),
                Tar.Link("sbin", "/usr/sbin"),
                Tar.Link("sbin-init", "../../../lib/systemd/systemd"),
                Tar.Link("loop", "loop2"),
                Tar.Link("loop2", "./loop"),
                Tar.Link("up", "..")
            )
        );
        Assert.Equal("usr/lib/systemd", tree.Resolve("/lib/systemd"));
        Assert.Equal("usr/bin/init", tree.Resolve("sbin/init"));
        Assert.Equal("usr/lib/systemd/systemd", tree.Resolve("/sbin-init"));
        Assert.Equal("etc/x", tree.Resolve("../../etc/./x"));
        Assert.Equal("usr", tree.Resolve("up/up/usr"));
        Assert.Equal("", tree.Resolve("/"));
        Assert.Equal("nowhere/at/all", tree.Resolve("nowhere/at/all"));
        Assert.Equal(ErrorCodes.LayerEntryInvalid, Tar.Fault(() => tree.Resolve("/loop/x")).Code);
    }

    [Fact]
    public void Layers_of_a_store_are_read_and_contents_in_place_or_unpacked_anew()
    {
        string folder = Directory.CreateTempSubdirectory("nodeforge-rootfs-").FullName;
        try
        {
            BlobStore store = new(folder);
            Descriptor plain = LayerWriter
                .WriteToStore([Tar.File("etc/passwd", "root:x:0:0\n")], store, LayerEncoding.None, Tar.Epoch)
                .Descriptor;
            Descriptor packed = LayerWriter
                .WriteToStore([Tar.File("etc/group", "root\n")], store, LayerEncoding.Zstd, Tar.Epoch)
                .Descriptor;
            RootfsTree tree = RootfsTree.Read(store, [plain, packed]);
            Assert.Equal(["etc", "etc/group", "etc/passwd"], Paths(tree));
            using StreamReader reader = new(tree.Find("etc/passwd")!.Content!.Open(), Encoding.UTF8);
            Assert.Equal("root:x:0:0\n", reader.ReadToEnd());
            using StreamReader unpacked = new(tree.Find("etc/group")!.Content!.Open(), Encoding.UTF8);
            Assert.Equal("root\n", unpacked.ReadToEnd());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
