namespace NodeForge.Testing;

/// <summary>A test's claim on a cluster: a file that is locked while its process lives. The kernel gives the lock up however that
/// ends.</summary>
internal sealed class Lease : IDisposable
{
    private const string Whole = "whole";

    private readonly FileStream file;

    private Lease(FileStream file) => this.file = file;

    public string Cluster => Path.GetFileNameWithoutExtension(file.Name);

    public string Kubeconfig => Path.ChangeExtension(file.Name, ".kubeconfig");

    /// <summary>The engine that has the cluster; null where the process ended before it said so, and then there is no cluster.</summary>
    public string? Engine => Lines() is [var engine, ..] ? engine : null;

    /// <summary>Whether the creation ended well.</summary>
    public bool IsWhole => Lines() is [_, Whole];

    /// <summary>Takes a lease, or takes it over from a process that is gone.</summary>
    /// <returns>Null where a living process holds it.</returns>
    public static Lease? Try(string path, FileMode mode)
    {
        try
        {
            return new(new FileStream(path, mode, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException) when (mode != FileMode.CreateNew || File.Exists(path))
        {
            return null;
        }
    }

    public void Write(string engine) => Write([engine]);

    public void MarkWhole() => Write([Engine ?? string.Empty, Whole]);

    public void Remove()
    {
        File.Delete(Kubeconfig);
        File.Delete(file.Name);
    }

    public void Dispose() => file.Dispose();

    private void Write(string[] lines)
    {
        file.SetLength(0);
        using StreamWriter writer = new(file, leaveOpen: true);
        foreach (string line in lines)
            writer.WriteLine(line);
        writer.Flush();
        file.Flush(flushToDisk: true);
    }

    private string[] Lines()
    {
        file.Position = 0;
        using StreamReader reader = new(file, leaveOpen: true);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
