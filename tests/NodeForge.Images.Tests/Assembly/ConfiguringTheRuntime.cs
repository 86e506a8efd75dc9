using NodeForge.Oci;
using NodeForge.Oci.Tar;
using NodeForge.Recipes;
using NodeForge.TestSupport.Golden;

namespace NodeForge.Images.Tests.Assembly;

/// <summary>The node's file for containerd, where its containerd is of a later line than the base's.</summary>
public sealed class ConfiguringTheRuntime
{
    private const string FilePath = "etc/containerd/config.toml";

    private static string OfTheHouse => File.ReadAllText(Path.Combine(GoldenFile.Repository, "images/base/rootfs", FilePath));

    [Theory]
    [InlineData("2.3.4")]
    [InlineData("2.0.9")]
    public async Task The_file_of_our_base_is_written_for_the_containerd_that_a_recipe_pins(string version)
    {
        string written = (await LastAsync(OfTheHouse, version))[FilePath].Text;
        Assert.Equal(GoldenFile.Expect($"tests/NodeForge.Images.Tests/Assembly/Golden/containerd-{version}.toml", written), written);
        // The lines that the node's boot looks for.
        Assert.All(
            new[] { "SystemdCgroup = true\n", "snapshotter = \"overlayfs\"\n", "restrict_oom_score_adj = false\n" },
            line => Assert.Contains('\n' + line, written, StringComparison.Ordinal)
        );
        Assert.Contains($"sandbox = \"{NodeRoom.Pause}\"\n", written, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.7.29")]
    [InlineData(null)]
    public async Task It_stays_for_a_containerd_that_reads_no_later_version_or_that_nobody_knows(string? version) =>
        Assert.False((await LastAsync(OfTheHouse, version)).ContainsKey(FilePath));

    [Theory]
    [InlineData(null)]
    [InlineData("version = 4\n")]
    [InlineData("[plugins.cri]\n")]
    [InlineData("no TOML")]
    public async Task What_there_is_nothing_to_say_about_stays(string? configuration) =>
        Assert.False((await LastAsync(configuration, "2.3.4")).ContainsKey(FilePath));

    [Fact]
    public async Task The_recipes_own_file_has_the_last_word()
    {
        Dictionary<string, (TarEntry Header, string Text)> last = await LastAsync(
            OfTheHouse,
            "2.3.4",
            new FileSource
            {
                Path = "/" + FilePath,
                Kind = FileSourceKind.Content,
                Content = "version = 4\n",
            }
        );
        Assert.Equal("version = 4\n", last[FilePath].Text);
    }

    private static async Task<Dictionary<string, (TarEntry Header, string Text)>> LastAsync(
        string? configuration,
        string? version,
        params FileSource[] files
    )
    {
        using NodeRoom node = new("v1.36.2", "extra", configuration, []);
        node.Room.Write("containerd.tar", AssemblyRoom.Tar([AssemblyRoom.Entry("bin/containerd.txt", "x"u8.ToArray(), 0x1a4)]));
        ComponentSource containerd = new("containerd") { Tarball = node.Room["containerd.tar"], Version = version };
        Image image = await node.AssembleAsync(
            node.Recipe with
            {
                Components = [containerd],
                Contents = node.Recipe.Contents with { Files = files, Systemd = new() },
            }
        );
        return node.Last(image);
    }
}
