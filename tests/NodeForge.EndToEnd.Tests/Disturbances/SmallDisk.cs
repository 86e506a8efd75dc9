using NodeForge.EndToEnd.Tests.NodeImages;

namespace NodeForge.EndToEnd.Tests.Disturbances;

/// <summary>A file system of its own in memory, with a size.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private const int OutOfSpace = 28; // ENOSPC

    private SmallDisk(string folder) => Folder = folder;

    public string Folder { get; }

    public static async Task<SmallDisk> MountAsync(string folder, int mebibytes)
    {
        Directory.CreateDirectory(folder);
        await ProgramRun.OutputAsync("mount", "-t", "tmpfs", "-o", $"size={mebibytes}m", "nodeforge-test", folder);
        return new(folder);
    }

    public Task GrowAsync(int mebibytes) => RemountAsync($"size={mebibytes}m");

    /// <param name="options">As mount(8) takes them.</param>
    public Task RemountAsync(string options) => ProgramRun.OutputAsync("mount", "-o", "remount," + options, Folder);

    /// <summary>Takes all the room that is left.</summary>
    public void Fill()
    {
        using FileStream file = new(Path.Combine(Folder, "filler"), FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        byte[] page = new byte[4096];
        try
        {
            while (true)
                file.Write(page);
        }
        catch (IOException full) when ((full.HResult & 0xffff) == OutOfSpace)
        {
            // As it was to be.
        }
    }

    public async ValueTask DisposeAsync() => await ProgramRun.OutputAsync("umount", "--lazy", Folder);
}
