using System.Formats.Tar;

namespace NodeForge.Cli.Tests;

/// <summary>Layers that no engine could take: told where an image is looked at and where it is packed, not where it was carried
/// to.</summary>
public sealed class AttackingWhatIsCarried : IDisposable
{
    private readonly HostileRoom room = new();

    public void Dispose() => room.Dispose();

    [Theory]
    [InlineData("application/vnd.oci.image.layer.v1.tar", "another layer", "NF5112")]
    [InlineData("application/vnd.oci.image.layer.v1.tar+gzip", "this layer", "NF5116")]
    [InlineData("application/vnd.oci.image.layer.v1.tar+gzip", "another layer, packed", "NF5112")]
    [InlineData("application/vnd.oci.image.layer.v1.tar+gzip", "this layer, packed and cut", "NF5117")]
    [InlineData("application/vnd.oci.image.layer.v1.tar", "this layer, packed", "NF5116")]
    [InlineData("application/vnd.docker.image.rootfs.diff.tar", "this layer, packed", "NF5116")]
    [InlineData("application/vnd.oci.image.layer.nondistributable.v1.tar", "this layer, packed", "NF5116")]
    [InlineData("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", "this layer", "NF5116")]
    [InlineData("application/vnd.oci.image.layer.nondistributable.v1.tar+zstd", "this layer, packed", "NF5116")]
    public async Task No_bundle_carries_a_layer_that_is_not_what_its_image_says(string mediaType, string said, string code)
    {
        byte[] plain = new byte[100_000];
        byte[] layer = said.Contains("packed", StringComparison.Ordinal) ? HostileLayouts.Pack(plain) : plain;
        if (said.EndsWith("cut", StringComparison.Ordinal))
            layer = layer[..^9];
        bool unpacks = mediaType.EndsWith("gzip", StringComparison.Ordinal);
        string diffId = HostileLayouts.Sha256(
            said.StartsWith("another", StringComparison.Ordinal) ? [1]
            : unpacks ? plain
            : layer
        );
        room.WriteLayout("layout", layer, mediaType, diffId);
        room.WriteLayout("sound", new byte[1024], "application/vnd.oci.image.layer.v1.tar", HostileLayouts.Sha256(new byte[1024]));
        foreach (
            string[] images in (string[][])
                [
                    ["oci:layout"],
                    ["oci:sound", "--image", "oci:layout"],
                ]
        )
        {
            CommandRun run = await room.RunAsync(["bundle", "create", .. images, "--output", "site.nfb"]);
            Assert.Equal(ExitCode.Verification, (ExitCode)run.Exit);
            Assert.Contains(images.Length == 1 && code == "NF5117" ? "NF4121" : code, run.Error, StringComparison.Ordinal);
            Assert.Contains(HostileLayouts.Sha256(layer)[..12], run.Error.ReplaceLineEndings(""), StringComparison.Ordinal);
            Assert.False(File.Exists(room["site.nfb"]));
        }
    }

    [Fact]
    public async Task A_packed_layer_that_is_what_its_image_says_is_carried()
    {
        byte[] layer = HostileLayouts.Pack(new byte[10_000_000]);
        room.WriteLayout("layout", layer, "application/vnd.oci.image.layer.v1.tar+gzip", HostileLayouts.Sha256(new byte[10_000_000]));
        room.WriteLayout("sound", new byte[1024], "application/vnd.oci.image.layer.v1.tar", HostileLayouts.Sha256(new byte[1024]));
        CommandRun run = await room.RunAsync("bundle", "create", "oci:sound", "--image", "oci:layout", "--output", "site.nfb");
        Assert.True(run.Exit == 0, run.Error);
        Assert.Equal(0, (await room.RunAsync("bundle", "verify", "site.nfb")).Exit);
    }

    [Theory]
    [InlineData("a", "nowhere")]
    [InlineData("a", "a")]
    [InlineData("a", "folder")]
    [InlineData("folder/a", "folder/b")]
    public async Task A_hard_link_to_no_file_is_told(string path, string target)
    {
        byte[] layer = Tar(
            new UstarTarEntry(TarEntryType.Directory, "folder/"),
            new UstarTarEntry(TarEntryType.HardLink, path) { LinkName = target }
        );
        room.WriteLayout("layout", layer, "application/vnd.oci.image.layer.v1.tar", HostileLayouts.Sha256(layer));
        CommandRun run = await room.RunAsync("verify", "oci:layout");
        Assert.Equal(ExitCode.Verification, (ExitCode)run.Exit);
        Assert.Contains("a hard link leads to no file", run.Out + run.Error, StringComparison.Ordinal);
    }

    // Engines link while they unpack: docker and containerd end with "no such file", whatever comes later.
    [Fact]
    public async Task A_hard_link_before_its_file_is_told_and_not_carried()
    {
        byte[] layer = Tar(
            new UstarTarEntry(TarEntryType.HardLink, "before") { LinkName = "file" },
            new UstarTarEntry(TarEntryType.RegularFile, "file"),
            new UstarTarEntry(TarEntryType.HardLink, "after") { LinkName = "file" }
        );
        room.WriteLayout("layout", layer, "application/vnd.oci.image.layer.v1.tar", HostileLayouts.Sha256(layer));
        foreach (
            string[] command in (string[][])
                [
                    ["verify", "oci:layout"],
                    ["bundle", "create", "oci:layout", "--output", "site.nfb"],
                ]
        )
        {
            CommandRun run = await room.RunAsync(command);
            Assert.Equal(ExitCode.Verification, (ExitCode)run.Exit);
            string said = (run.Out + run.Error).ReplaceLineEndings("");
            Assert.Contains("NF4107: a hard link comes before the file that it leads to", said, StringComparison.Ordinal);
            Assert.Contains("'before'", said, StringComparison.Ordinal);
            Assert.DoesNotContain("'after'", said, StringComparison.Ordinal);
        }

        Assert.False(File.Exists(room["site.nfb"]));
    }

    [Theory]
    [InlineData("", "an empty file")]
    [InlineData("root:x:0:0:root:/root:/bin/sh\n", "text")]
    [InlineData("{\"a\":\"gr\u00fc\u00dfe\"}", "text")]
    [InlineData("PK\u0003\u0004\u0014\u0000 and so on", "a zip archive")]
    [InlineData("\u0001PNG\r\n", "a file that begins with the bytes 01504e47")]
    [InlineData("\u007fELF\u0010\u0011", "a file that begins with the bytes 7f454c46")]
    public async Task A_file_that_is_no_archive_is_told_so_and_what_it_seems_to_be(string content, string seems)
    {
        foreach (int times in (int[])[1, 100])
        {
            room.Write("file", string.Concat(Enumerable.Repeat(content, times)));
            foreach (string kind in (string[])["oci-archive", "docker-archive"])
            {
                CommandRun run = await room.RunAsync("inspect", $"{kind}:file");
                Assert.Equal(ExitCode.Verification, (ExitCode)run.Exit);
                Assert.Contains("NF5104: this is no image archive", run.Error, StringComparison.Ordinal);
                Assert.Contains($"got  {seems}", run.Error, StringComparison.Ordinal);
                Assert.Contains("want a tar archive", run.Error, StringComparison.Ordinal);
                Assert.DoesNotContain("root:", run.Error, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("89 50 4e 47 0d 0a", "a file that begins with the bytes 89504e47")]
    [InlineData("ff fe 41 41", "a file that begins with the bytes fffe4141")]
    [InlineData("ff", "a file that begins with the bytes ff")]
    [InlineData("c3 bc", "text")]
    public async Task A_file_of_bytes_that_no_text_has_is_not_called_text(string bytes, string seems)
    {
        room.Write("file", Convert.FromHexString(bytes.Replace(" ", "", StringComparison.Ordinal)));
        CommandRun run = await room.RunAsync("inspect", "docker-archive:file");
        Assert.Contains($"got  {seems}\n", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("file")]
    [InlineData("docker-archive:file:a/b:1")]
    [InlineData("oci-archive:file")]
    public async Task A_file_that_is_no_archive_is_told_before_an_engine_is_asked(string named)
    {
        room.Write("file", "root:x:0:0:root:/root:/bin/sh\n");
        room.Variables["DOCKER_HOST"] = "unix://" + room["nobody.sock"];
        CommandRun run = await room.RunAsync("load", "image-archive", named);
        Assert.Equal(ExitCode.Verification, (ExitCode)run.Exit);
        Assert.Contains("NF5104: this is no image archive", run.Error, StringComparison.Ordinal);
        Assert.Contains("NF9005", (await room.RunAsync("load", "image-archive", "nothing.tar")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hard_link_to_a_file_of_its_layer_through_a_link_is_fine()
    {
        byte[] layer = Tar(
            new UstarTarEntry(TarEntryType.Directory, "usr/"),
            new UstarTarEntry(TarEntryType.RegularFile, "usr/file"),
            new UstarTarEntry(TarEntryType.SymbolicLink, "other") { LinkName = "usr" },
            new UstarTarEntry(TarEntryType.HardLink, "usr/second") { LinkName = "usr/file" },
            new UstarTarEntry(TarEntryType.HardLink, "usr/third") { LinkName = "other/file" }
        );
        room.WriteLayout("layout", layer, "application/vnd.oci.image.layer.v1.tar", HostileLayouts.Sha256(layer));
        Assert.Equal(0, (await room.RunAsync("verify", "oci:layout")).Exit);
    }

    private static byte[] Tar(params UstarTarEntry[] entries)
    {
        using MemoryStream bytes = new();
        using (TarWriter tar = new(bytes, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (UstarTarEntry entry in entries)
                tar.WriteEntry(entry);
        }

        return bytes.ToArray();
    }
}
