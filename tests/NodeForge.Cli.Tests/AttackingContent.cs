using System.Diagnostics;
using System.Text;

namespace NodeForge.Cli.Tests;

/// <summary>Content that is not what its name, length, time or media type says, given to the program as it is shipped: it makes the image
/// that was locked, or none.</summary>
public sealed class AttackingContent : IDisposable
{
    private const string Recipe = """
        apiVersion: nodeforge.dev/v1alpha1
        kind: ContainerImage
        name: app
        platforms: [linux/amd64]
        tags: ["example.test/app:1"]
        files:
          - {path: /etc/app, source: app.conf}
        """;

    private static readonly DateTime Fixed = new(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private readonly HostileRoom room = new();

    public void Dispose() => room.Dispose();

    [Fact]
    public async Task A_file_of_the_same_length_and_time_does_not_pass_for_the_one_that_was_locked()
    {
        WriteOfOldTime("app.conf", "one");
        await LockAndBuildAsync();
        WriteOfOldTime("app.conf", "two");
        await IsRefusedAsync();
    }

    [Fact]
    public async Task A_link_that_leads_elsewhere_does_not_pass_for_the_file_that_was_locked()
    {
        (string one, string two) = (WriteOfOldTime("one.conf", "one"), WriteOfOldTime("two.conf", "two"));
        File.CreateSymbolicLink(room["app.conf"], one);
        await LockAndBuildAsync();
        File.Delete(room["app.conf"]);
        File.CreateSymbolicLink(room["app.conf"], two);
        await IsRefusedAsync();
    }

    [Fact]
    public async Task A_damaged_cache_gives_the_same_image_or_none()
    {
        WriteOfOldTime("app.conf", "one");
        string made = await LockAndBuildAsync();
        foreach (string file in Directory.EnumerateFiles(room["cache/actions"], "*", SearchOption.AllDirectories))
            Spoil(file);
        foreach (string file in Directory.EnumerateFiles(room["cache/blobs/sha256"], "*", SearchOption.AllDirectories))
            Spoil(file);
        Directory.Delete(room["out"], recursive: true);
        CommandRun run = await room.RunAsync("build", "container-image", "app.yaml", "--output", "oci:out");
        Assert.Equal((0, made), (run.Exit, run.Out));
        Assert.Contains("warning NF", run.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await room.RunAsync("inspect", "oci:out")).Exit);
        foreach (string blob in Directory.EnumerateFiles(room["out/blobs/sha256"]))
            Assert.Equal(Path.GetFileName(blob), HostileLayouts.Sha256(File.ReadAllBytes(blob)));
    }

    [Theory]
    [InlineData("pipe")]
    [InlineData("/dev/zero")]
    [InlineData("/nonexistent")]
    public async Task What_is_no_record_of_an_action_counts_as_none(string instead)
    {
        WriteOfOldTime("app.conf", "one");
        string made = await LockAndBuildAsync();
        foreach (string file in Directory.GetFiles(room["cache/actions"], "*", SearchOption.AllDirectories))
        {
            File.Delete(file);
            if (instead == "pipe")
            {
                using Process pipe = Process.Start("mkfifo", [file]);
                await pipe.WaitForExitAsync();
            }
            else
                File.CreateSymbolicLink(file, instead);
        }

        Directory.Delete(room["out"], recursive: true);
        CommandRun run = await room.RunAsync("build", "container-image", "app.yaml", "--output", "oci:out");
        Assert.Equal((0, made), (run.Exit, run.Out));
    }

    [Fact]
    public async Task A_damaged_blob_of_an_output_does_not_outlive_the_next_build()
    {
        WriteOfOldTime("app.conf", "one");
        await LockAndBuildAsync();
        foreach (string blob in Directory.EnumerateFiles(room["out/blobs/sha256"]))
            Spoil(blob);
        Assert.Equal(0, (await room.RunAsync("build", "container-image", "app.yaml", "--output", "oci:out")).Exit);
        foreach (string blob in Directory.EnumerateFiles(room["out/blobs/sha256"]))
            Assert.Equal(Path.GetFileName(blob), HostileLayouts.Sha256(File.ReadAllBytes(blob)));
    }

    [Theory]
    [InlineData("application/vnd.oci.image.layer.v1.tar", "another layer", "NF5112")]
    [InlineData("application/vnd.oci.image.layer.v1.tar+gzip", "this layer", "NF5116")]
    public async Task A_layer_that_is_not_what_its_image_says_is_told(string mediaType, string said, string code)
    {
        byte[] layer = new byte[1024];
        string diffId = HostileLayouts.Sha256(said == "this layer" ? layer : Encoding.ASCII.GetBytes(said));
        room.WriteLayout("layout", layer, mediaType, diffId);
        CommandRun run = await room.RunAsync("verify", "oci:layout");
        Assert.Equal(ExitCode.Verification, (ExitCode)run.Exit);
        Assert.Contains(code, run.Out + run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_index_behind_a_link_has_the_limit_of_any_other()
    {
        room.Write("layout/oci-layout", """{"imageLayoutVersion":"1.0.0"}""");
        using (FileStream large = File.Create(room["large"]))
            large.SetLength(8L << 30);
        File.CreateSymbolicLink(room["layout/index.json"], room["large"]);
        foreach (string command in (string[])["inspect", "verify"])
        {
            CommandRun run = await room.RunAsync(command, "oci:layout");
            Assert.Equal(ExitCode.Verification, (ExitCode)run.Exit);
            Assert.Contains("NF51", run.Out + run.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_output_that_is_a_link_is_replaced_and_not_written_through()
    {
        WriteOfOldTime("app.conf", "one");
        room.Write("victim", "mine");
        foreach (string link in (string[])["app.tar", ".app.tar.tmp"])
            File.CreateSymbolicLink(room[link], room["victim"]);
        Assert.Equal(0, (await room.RunAsync("lock", "app.yaml")).Exit);
        CommandRun run = await room.RunAsync("build", "container-image", "app.yaml", "--output", "docker-archive:app.tar");
        Assert.Equal(0, run.Exit);
        Assert.Equal("mine", File.ReadAllText(room["victim"]));
        Assert.Null(new FileInfo(room["app.tar"]).LinkTarget);
    }

    private async Task<string> LockAndBuildAsync()
    {
        room.Write("app.yaml", Recipe);
        Assert.Equal(0, (await room.RunAsync("lock", "app.yaml")).Exit);
        CommandRun run = await room.RunAsync("build", "container-image", "app.yaml", "--output", "oci:out");
        Assert.Equal(0, run.Exit);
        return run.Out;
    }

    private async Task IsRefusedAsync()
    {
        Directory.Delete(room["out"], recursive: true);
        CommandRun run = await room.RunAsync("build", "container-image", "app.yaml", "--output", "oci:out");
        Assert.Equal(ErrorCodes.LockStale.ExitCode, (ExitCode)run.Exit);
        Assert.Contains("NF2002", run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(room["out"]));
    }

    private string WriteOfOldTime(string name, string text)
    {
        if (name == "app.conf")
            room.Write("app.yaml", Recipe);
        room.Write(name, text);
        File.SetLastWriteTimeUtc(room[name], Fixed);
        return room[name];
    }

    // The length and the time stay, as where a disk rots.
    private static void Spoil(string file)
    {
        DateTime written = File.GetLastWriteTimeUtc(file);
        byte[] bytes = File.ReadAllBytes(file);
        if (bytes.Length == 0)
            return;
        bytes[bytes.Length / 2] ^= 1;
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllBytes(file, bytes);
        File.SetLastWriteTimeUtc(file, written);
    }
}
