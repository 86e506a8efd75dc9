using NodeForge.Oci.Content;

namespace NodeForge.Oci.Tests.Content;

public sealed class AtomicFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nodeforge-atomic-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_file_is_written_whole_and_replaces_the_one_before()
    {
        string path = Path.Combine(folder, "new", "file");
        AtomicFile.WriteAllBytes(path, [1, 2]);
        AtomicFile.WriteAllBytes(path, [3]);
        Assert.Equal([3], File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void A_failure_leaves_what_was_there_and_is_told_with_the_path()
    {
        string path = Path.Combine(folder, "taken");
        Directory.CreateDirectory(path);
        Diagnostic fault = Assert.Throws<NodeForgeException>(() => AtomicFile.WriteAllBytes(path, [1])).Diagnostics[0];
        Assert.Equal((ErrorCodes.PathNotUsable, path), (fault.Code, fault.Where!.Resource));
        Assert.Equal([path], Directory.GetFileSystemEntries(folder));
        File.WriteAllBytes(Path.Combine(folder, "file"), [1]);
        Assert.Equal(
            ErrorCodes.PathNotUsable,
            Assert
                .Throws<NodeForgeException>(() => AtomicFile.WriteAllBytes(Path.Combine(folder, "file", "below"), [1]))
                .Diagnostics[0]
                .Code
        );
    }

    [Fact]
    public void A_slice_of_a_file_is_read_and_sought_within_its_bounds()
    {
        string path = Path.Combine(folder, "file");
        File.WriteAllBytes(path, [0, 1, 2, 3, 4, 5]);
        using FileSlice slice = new(path, 2, 3);
        byte[] read = new byte[10];
        Assert.Equal(3, slice.ReadAtLeast(read, 10, throwOnEndOfStream: false));
        Assert.Equal([2, 3, 4], read[..3]);
        slice.Seek(-1, SeekOrigin.End);
        Assert.Equal(4, slice.ReadByte());
        Assert.Equal(-1, slice.ReadByte());
    }
}
