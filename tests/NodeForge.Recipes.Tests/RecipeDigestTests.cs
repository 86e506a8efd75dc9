using NodeForge.Oci;
using NodeForge.Recipes.Reading;

namespace NodeForge.Recipes.Tests;

public sealed class RecipeDigestTests : IDisposable
{
    private readonly TemporaryFolder here = new();
    private readonly TemporaryFolder there = new();

    [Fact]
    public async Task It_does_not_depend_on_where_the_checkout_lies_nor_on_the_umask_nor_on_the_order_of_making()
    {
        await Checkout(here, reversed: false, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await Checkout(
            there,
            reversed: true,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead | UnixFileMode.OtherWrite
        );

        Assert.Equal(await Digest(here), await Digest(there));
    }

    [Theory]
    [InlineData("recipe")]
    [InlineData("comment in an include")]
    [InlineData("content of a tree")]
    [InlineData("name in a tree")]
    [InlineData("execute bit")]
    [InlineData("link")]
    [InlineData("empty folder")]
    [InlineData("file instead of a link")]
    [InlineData("local archive")]
    [InlineData("parameter")]
    public async Task It_changes_with_everything_that_goes_into_an_image(string what)
    {
        await Checkout(here, reversed: false, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Digest before = await Digest(here);
        Dictionary<string, string> parameters = [];
        switch (what)
        {
            case "recipe":
                File.AppendAllText(here["node/node.yaml"], "\n");
                break;
            case "comment in an include":
                File.AppendAllText(here["base.yaml"], "# again\n");
                break;
            case "content of a tree":
                File.WriteAllText(here["tree/b"], "other");
                break;
            case "name in a tree":
                File.Move(here["tree/b"], here["tree/c"]);
                break;
            case "execute bit":
                File.SetUnixFileMode(here["tree/b"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
                break;
            case "link":
                File.Delete(here["tree/z"]);
                File.CreateSymbolicLink(here["tree/z"], "/nowhere");
                break;
            case "empty folder":
                Directory.Delete(here["tree/empty"]);
                break;
            case "file instead of a link":
                File.Delete(here["tree/z"]);
                File.WriteAllText(here["tree/z"], "../a");
                break;
            case "local archive":
                File.WriteAllText(here["server.tar.gz"], "changed");
                break;
            default:
                parameters["version"] = "v1.20.3";
                break;
        }

        Assert.NotEqual(before, await Digest(here, parameters));
    }

    [Fact]
    public async Task It_is_of_what_was_read_whatever_the_file_has_become_since()
    {
        await Checkout(here, reversed: false, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Digest before = await Digest(here);
        Recipe read = RecipeReader.Read(here["node/node.yaml"]);
        File.AppendAllText(here["node/node.yaml"], "\n");
        File.AppendAllText(here["base.yaml"], "# again\n");

        Assert.Equal(before, await RecipeDigest.ComputeAsync(read, CancellationToken.None));
        Assert.NotEqual(before, await Digest(here));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("files: [{tree: ../layout, path: /opt/layout}]\n", true)]
    public async Task A_blob_of_an_image_counts_by_its_name_which_its_reader_checks(string laidToo, bool changes)
    {
        await Checkout(here, reversed: false, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.AppendAllText(here["node/node.yaml"], "images: [{image: \"oci:../layout\"}]\n" + laidToo);
        string blob = "layout/blobs/sha256/" + new string('a', 64);
        here.Write(blob, "1");
        here.Write("layout/index.json", "{}");
        Digest before = await Digest(here);

        File.WriteAllText(here[blob], "2");
        Assert.Equal(changes, before != await Digest(here));

        before = await Digest(here);
        File.WriteAllText(here["layout/index.json"], "{} ");
        Assert.NotEqual(before, await Digest(here));

        before = await Digest(here);
        File.Move(here[blob], here["layout/blobs/sha256/" + new string('b', 64)]);
        Assert.NotEqual(before, await Digest(here));
    }

    [Fact]
    public async Task A_FIFO_in_a_tree_is_refused_and_not_opened()
    {
        await Checkout(here, reversed: false, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        System.Diagnostics.Process.Start("mkfifo", [here["tree/fifo"]]).WaitForExit();

        NodeForgeException refusal = await Assert.ThrowsAsync<NodeForgeException>(() => Digest(here));

        Assert.Equal(ErrorCodes.RecipePath, refusal.Diagnostics[0].Code);
        Assert.EndsWith("/tree/fifo", refusal.Diagnostics[0].Where!.Resource, StringComparison.Ordinal);
    }

    // As a layer's entry it would take /etc/motd out of the image instead of being there itself.
    [Fact]
    public async Task A_name_of_a_tree_that_means_another_in_a_layer_is_refused()
    {
        await Checkout(here, reversed: false, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllTextAsync(here["tree/.wh.motd"], "");

        NodeForgeException refusal = await Assert.ThrowsAsync<NodeForgeException>(() => Digest(here));

        Assert.Equal(ErrorCodes.RecipePath, refusal.Diagnostics[0].Code);
        Assert.EndsWith("/tree/.wh.motd", refusal.Diagnostics[0].Where!.Resource, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tree_is_read_link_by_link_so_that_a_link_to_itself_ends()
    {
        await Checkout(here, reversed: false, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.CreateSymbolicLink(here["tree/loop"], "loop");
        File.CreateSymbolicLink(here["tree/up"], "..");

        await Digest(here);
    }

    [Theory]
    [InlineData("images: [{image: \"oci:../linked\"}]\n", "tarball: ../server.tar.gz")]
    [InlineData("", "folder: ../linked")]
    public async Task What_lies_behind_a_link_counts_where_it_is_read(string images, string kubernetes)
    {
        await Checkout(here, reversed: false, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        string recipe = File.ReadAllText(here["node/node.yaml"]).Replace("tarball: ../server.tar.gz", kubernetes, StringComparison.Ordinal);
        File.WriteAllText(here["node/node.yaml"], recipe + images);
        here.Write("elsewhere", "1");
        Directory.CreateDirectory(here["linked"]);
        File.CreateSymbolicLink(here["linked/index.json"], "../elsewhere");
        File.CreateSymbolicLink(here["linked/nowhere"], "../nowhere");
        Digest before = await Digest(here);

        File.WriteAllText(here["elsewhere"], "2");
        Assert.NotEqual(before, await Digest(here));
    }

    [Fact]
    public async Task What_lies_behind_a_link_of_a_tree_does_not_count_since_the_image_has_the_link()
    {
        await Checkout(here, reversed: false, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        here.Write("elsewhere", "1");
        File.CreateSymbolicLink(here["tree/link"], "../elsewhere");
        Digest before = await Digest(here);

        File.WriteAllText(here["elsewhere"], "2");
        Assert.Equal(before, await Digest(here));
    }

    public void Dispose()
    {
        here.Dispose();
        there.Dispose();
    }

    private static async Task<Digest> Digest(TemporaryFolder folder, Dictionary<string, string>? parameters = null) =>
        await RecipeDigest.ComputeAsync(RecipeReader.Read(folder["node/node.yaml"], parameters), CancellationToken.None);

    private static Task Checkout(TemporaryFolder folder, bool reversed, UnixFileMode mode)
    {
        (string, string)[] files =
        [
            (
                "base.yaml",
                "apiVersion: nodeforge.dev/v1alpha1\nkind: BaseImage\nname: a\nplatforms: [linux/amd64]\ndebian: {suite: bookworm, packages: [systemd]}\nfiles: [{tree: tree, path: /}]\n"
            ),
            (
                "node/node.yaml",
                "apiVersion: nodeforge.dev/v1alpha1\nkind: NodeImage\nname: a\nplatforms: [linux/amd64]\nparameters: {version: v1.20.2}\nbase: {recipe: ../base.yaml}\nkubernetes: {version: \"${version}\", tarball: ../server.tar.gz}\n"
            ),
            ("server.tar.gz", "server"),
            ("tree/a/é", "1"),
            ("tree/a/e", "2"),
            ("tree/b", "3"),
        ];
        foreach ((string name, string text) in reversed ? files.Reverse() : files)
            File.SetUnixFileMode(folder.Write(name, text), mode);
        Directory.CreateDirectory(folder["tree/empty"]);
        File.CreateSymbolicLink(folder["tree/z"], "../a");
        return Task.CompletedTask;
    }
}
