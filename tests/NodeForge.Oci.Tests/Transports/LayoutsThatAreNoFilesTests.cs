using System.Diagnostics;
using NodeForge.Oci.Transports;

namespace NodeForge.Oci.Tests.Transports;

/// <summary>Pipes, folders, devices and links where files of a layout or an archive should be: nothing waits for ever, and limits are of
/// what was opened.</summary>
public sealed class LayoutsThatAreNoFilesTests : ImageFolder
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("index.json")]
    [InlineData("oci-layout")]
    public async Task A_pipe_instead_of_a_document_is_told(string document)
    {
        await LayoutAsync();
        Pipe("out/" + document);
        await RefusedAsync(ErrorCodes.NotAnImageLayout, "oci:" + Path("out"));
    }

    [Fact]
    public async Task A_pipe_instead_of_a_blob_is_a_blob_that_is_missing()
    {
        await LayoutAsync();
        Pipe("out/blobs/sha256/" + Amd.Descriptor.Digest.Hex);
        await FailsAsync(
            ErrorCodes.ImageBlobMissing,
            () => Task.Run(() => TakeAsync(Open("oci:" + Path("out")), EmptyStore(), Platform.LinuxAmd64)).WaitAsync(Patience)
        );
    }

    [Theory]
    [InlineData("oci-archive:")]
    [InlineData("docker-archive:")]
    public async Task A_pipe_instead_of_an_archive_is_told_with_the_way_out(string transport)
    {
        Pipe("pipe");
        Diagnostic told = await RefusedAsync(ErrorCodes.PathNotUsable, transport + Path("pipe"));
        Assert.Equal(("a pipe", "write what comes through it to a file first, and name that"), (told.Got, told.Hint));
    }

    [Fact]
    public async Task A_folder_or_a_device_instead_of_an_archive_is_told()
    {
        Assert.Equal("a folder", (await RefusedAsync(ErrorCodes.PathNotUsable, "oci-archive:" + Folder)).Got);
        Assert.Equal("a device", (await RefusedAsync(ErrorCodes.PathNotUsable, "oci-archive:/dev/zero")).Got);
    }

    [Fact]
    public async Task A_link_to_an_index_that_is_too_long_is_refused_by_the_length_of_what_it_leads_to()
    {
        await LayoutAsync();
        File.Delete(Path("out/index.json"));
        using (FileStream large = File.Create(Path("large")))
            large.SetLength(8L << 30);
        File.CreateSymbolicLink(Path("out/index.json"), Path("large"));
        Assert.Equal($"{8L << 30} bytes", (await RefusedAsync(ErrorCodes.NotAnImageLayout, "oci:" + Path("out"))).Got);
    }

    [Fact]
    public async Task A_link_to_a_device_without_end_is_no_index()
    {
        await LayoutAsync();
        File.Delete(Path("out/index.json"));
        File.CreateSymbolicLink(Path("out/index.json"), "/dev/zero");
        await RefusedAsync(ErrorCodes.NotAnImageLayout, "oci:" + Path("out"));
    }

    [Fact]
    public async Task A_layout_whose_files_are_links_is_read_as_what_they_lead_to()
    {
        await LayoutAsync();
        foreach (string file in Directory.GetFiles(Path("out"), "*", SearchOption.AllDirectories))
        {
            string elsewhere = Path("elsewhere-" + System.IO.Path.GetFileName(file));
            File.Move(file, elsewhere);
            File.CreateSymbolicLink(file, elsewhere);
        }

        Assert.Equal(
            Amd.Descriptor.Digest,
            (await TakeAsync(Open("oci:" + Path("out")), EmptyStore(), Platform.LinuxAmd64)).Descriptor.Digest
        );
    }

    private Task<OciLayout> LayoutAsync() => OciLayout.WriteAsync(Path("out"), ImagesOf(Amd.Descriptor, Name), default);

    private static Task<Diagnostic> RefusedAsync(ErrorCode code, string transport) =>
        FailsAsync(code, () => Task.Run(() => Open(transport)).WaitAsync(Patience));

    private void Pipe(string name)
    {
        File.Delete(Path(name));
        using Process made = Process.Start("mkfifo", [Path(name)]);
        made.WaitForExit();
        Assert.Equal(0, made.ExitCode);
    }
}
