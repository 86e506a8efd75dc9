using System.Formats.Tar;
using NodeForge.Containerd.Metadata;
using NodeForge.Containerd.Preload;
using NodeForge.Oci;
using NodeForge.Oci.Compression;
using NodeForge.Oci.Content;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Tar;
using NodeForge.Oci.Transports;
using NodeForge.Recipes;
using RecipeImage = NodeForge.Recipes.ImageSource;
using TarEntry = NodeForge.Oci.Tar.TarEntry;

namespace NodeForge.Images.Tests.Assembly;

/// <summary><c>preload: {unpack: true}</c>: the files of an image lie in the node as its containers will see them.</summary>
public sealed class UnpackingPreloads : IDisposable
{
    private const string Reference = "example.com/shop/layered:1";
    private const string Snapshots = "usr/lib/nodeforge/snapshots/";
    private const string Overlay = "var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/";
    private readonly NodeRoom node = new();

    public void Dispose() => node.Dispose();

    [Fact]
    public async Task Later_layers_replace_and_remove_and_owners_modes_attributes_and_links_stay()
    {
        TarEntry program = AssemblyRoom.File_("bin/program", "program").Header with
        {
            Mode = 0x9ed,
            Uid = 7,
            Gid = 70000,
            ExtendedAttributes = new Dictionary<string, byte[]> { ["security.capability"] = [1, 0, 0, 2] },
        };
        Dictionary<string, (TarEntry Header, string Text)> files = await UnpackedAsync(
            LayerEncoding.Gzip,
            [
                AssemblyRoom.Folder_("bin"),
                AssemblyRoom.Folder_("etc"),
                AssemblyRoom.Folder_("var"),
                AssemblyRoom.Folder_("var/all"),
                new(program, new InlineContent("program"u8.ToArray())),
                new(
                    new TarEntry
                    {
                        Path = "bin/same",
                        Kind = TarEntryKind.HardLink,
                        LinkTarget = "bin/program",
                    },
                    null
                ),
                AssemblyRoom.Link("bin/linked", "/bin/program"),
                AssemblyRoom.File_("etc/old", "1"),
                AssemblyRoom.File_("etc/gone", "1"),
                AssemblyRoom.File_("var/all/of/it", "1"),
            ],
            [AssemblyRoom.File_("etc/old", "22"), AssemblyRoom.File_("etc/.wh.gone", ""), AssemblyRoom.File_("var/all/.wh..wh..opq", "")]
        );

        Assert.Equal(
            ["bin", "bin/linked", "bin/program", "bin/same", "etc", "etc/old", "var", "var/all"],
            files.Keys.Order(StringComparer.Ordinal)
        );
        Assert.Equal("22", files["etc/old"].Text);
        TarEntry laid = files["bin/program"].Header;
        Assert.Equal((0x9ed, 7, 70000), (laid.Mode, laid.Uid, laid.Gid));
        Assert.Equal([1, 0, 0, 2], laid.ExtendedAttributes["security.capability"]);
        Assert.Equal("/bin/program", files["bin/linked"].Header.LinkTarget);
        Assert.EndsWith("/fs/bin/program", files["bin/same"].Header.LinkTarget, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_last_layer_leads_containerd_to_them()
    {
        Image image = await AssembleAsync(node, node.Archive("pause.tar"), node.Archive("extra.tar"));
        Dictionary<string, (TarEntry Header, string Text)> last = node.Last(image);
        MetadataNamespace cri = Database(last);
        SnapshotterRecords overlay = Assert.Single(cri.Snapshotters);
        Assert.Equal(3, overlay.Snapshots.Count); // the server tarball's image is the third
        Assert.All(
            overlay.Snapshots,
            snapshot =>
            {
                Digest chain = Digest.Parse(snapshot.Key);
                Assert.Equal($"/{Snapshots}{chain.Hex}", last[$"{Overlay}snapshots/{snapshot.Name.Split('/')[1]}"].Header.LinkTarget);
                Assert.Single(image.Layers, layer => node.Room.Read(layer.Descriptor).ContainsKey($"{Snapshots}{chain.Hex}/fs/hello"));
            }
        );
        Assert.Equal(0x180, last[Overlay + "metadata.db"].Header.Mode);
    }

    [Fact]
    public async Task Another_image_changes_its_own_layer_and_the_last_one()
    {
        using NodeRoom two = new(extra: "another");
        Image first = await AssembleAsync(node, node.Archive("pause.tar"), node.Archive("extra.tar"));
        Image second = await AssembleAsync(two, two.Archive("pause.tar"), two.Archive("extra.tar"));
        Assert.Equal(
            ["image front-1", "node configuration"],
            first.Layers.Zip(second.Layers).Where(pair => pair.First.DiffId != pair.Second.DiffId).Select(pair => pair.First.Title)
        );
    }

    [Fact]
    public async Task The_same_files_come_out_of_layers_that_another_encoder_made()
    {
        using NodeRoom other = new();
        Assert.Equal(await FilesAsync(node, LayerEncoding.Gzip), await FilesAsync(other, LayerEncoding.Zstd));

        static async Task<string> FilesAsync(NodeRoom room, LayerEncoding encoding)
        {
            Image image = await AssembleAsync(room, Layout(room, encoding, AssemblyRoom.Tar(AssemblyRoom.File_("hello", "hello"))));
            return string.Join(
                '\n',
                LayerOf(room, image)
                    .Where(file => file.Key.StartsWith(Snapshots, StringComparison.Ordinal))
                    .Select(file => $"{file.Key} {file.Value.Text}")
            );
        }
    }

    [Fact]
    public async Task A_file_that_overlayfs_takes_for_its_own_leaves_the_image_to_containerd()
    {
        await AssertLeftAsync(Raw(new PaxTarEntry(TarEntryType.CharacterDevice, "deleted")));
        await AssertLeftAsync(
            Raw(
                new PaxTarEntry(
                    TarEntryType.Directory,
                    "opaque",
                    new Dictionary<string, string> { ["SCHILY.xattr.trusted.overlay.opaque"] = "y" }
                )
            )
        );
    }

    [Fact]
    public async Task A_second_name_of_a_file_that_a_later_layer_replaced_leaves_the_image_to_containerd() =>
        await AssertLeftAsync(
            AssemblyRoom.Tar(
                AssemblyRoom.File_("one", "1"),
                new(
                    new TarEntry
                    {
                        Path = "two",
                        Kind = TarEntryKind.HardLink,
                        LinkTarget = "one",
                    },
                    null
                )
            ),
            AssemblyRoom.Tar(AssemblyRoom.File_("one", "another"))
        );

    private async Task AssertLeftAsync(params byte[][] layers)
    {
        Image image = await AssembleAsync(node, Layout(node, LayerEncoding.None, layers));
        MetadataNamespace cri = Database(node.Last(image));
        Assert.Contains(cri.Images, record => record.Name == Reference);
        Assert.Single(Assert.Single(cri.Snapshotters).Snapshots); // the server tarball's image
        Assert.DoesNotContain(LayerOf(node, image).Keys, path => path.StartsWith(Snapshots, StringComparison.Ordinal));
    }

    private async Task<Dictionary<string, (TarEntry Header, string Text)>> UnpackedAsync(
        LayerEncoding encoding,
        params LayerEntry[][] layers
    )
    {
        Image image = await AssembleAsync(node, Layout(node, encoding, [.. layers.Select(AssemblyRoom.Tar)]));
        Dictionary<string, (TarEntry Header, string Text)> layer = LayerOf(node, image);
        string root = layer.Keys.Single(path => path.EndsWith("/fs", StringComparison.Ordinal)) + "/";
        return layer
            .Where(file => file.Key.StartsWith(root, StringComparison.Ordinal))
            .ToDictionary(file => file.Key[root.Length..], file => file.Value);
    }

    private static Task<Image> AssembleAsync(NodeRoom room, params NodeForge.Recipes.PreloadedImage[] images) =>
        room.AssembleAsync(
            room.Recipe with
            {
                Preload = new(PreloadMethod.ContentStore) { Unpack = true },
                Images = images,
            }
        );

    private static MetadataNamespace Database(Dictionary<string, (TarEntry Header, string Text)> last) =>
        MetadataReader
            .Read(
                new MemoryStream(System.Text.Encoding.Latin1.GetBytes(last["var/lib/containerd/" + ContainerdPaths.Metadata].Text)),
                "meta.db"
            )
            .Namespaces.Single();

    private static Dictionary<string, (TarEntry Header, string Text)> LayerOf(NodeRoom room, Image image) =>
        room.Room.Read(image.Layers.Single(layer => layer.Title == "image layered-1").Descriptor);

    private static byte[] Raw(System.Formats.Tar.TarEntry entry)
    {
        using MemoryStream tar = new();
        using (TarWriter writer = new(tar, leaveOpen: true))
            writer.WriteEntry(entry);
        return tar.ToArray();
    }

    private static NodeForge.Recipes.PreloadedImage Layout(NodeRoom room, LayerEncoding encoding, params byte[][] layers)
    {
        BlobStore store = room.Room.Store;
        byte[] config = OciJson.Write(
            new ImageConfig
            {
                Architecture = "amd64",
                Os = "linux",
                RootFs = new("layers", [.. layers.Select(layer => Digest.Of(layer))]),
            }
        );
        Descriptor[] blobs =
        [
            .. layers
                .Select(layer => encoding == LayerEncoding.None ? layer : AssemblyRoom.Encode(layer, encoding))
                .Select(bytes => new Descriptor(encoding.MediaType, store.Write(bytes), bytes.Length)),
        ];
        byte[] manifest = OciJson.Write(
            new Manifest { Config = new(MediaTypes.Config, store.Write(config), config.Length), Layers = blobs }
        );
        Descriptor image = new(MediaTypes.Manifest, store.Write(manifest), manifest.Length);
        string folder = "layered-" + image.Digest.ShortHex;
        OciLayout
            .WriteAsync(room.Room[folder], StoredImages.Of(store, image, ImageReference.Parse(Reference)), default)
            .GetAwaiter()
            .GetResult();
        return new() { Image = new RecipeImage("oci:" + folder, room.Room[folder]) };
    }
}
