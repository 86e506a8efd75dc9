using Microsoft.Win32.SafeHandles;
using NodeForge.Oci.Content;

namespace NodeForge.Bundles.Updating;

/// <summary>A file without a name, for what has to be known before it is written: who kills the process leaves nothing of it.</summary>
internal sealed class ScratchFile : IDisposable
{
    private readonly FileStream file;
    private readonly string path;

    /// <param name="beside">The file that is being made: its disk has the room.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.PathNotUsable"/>, <see cref="ErrorCodes.DiskFull"/>.</exception>
    public ScratchFile(string beside)
    {
        path = AtomicFile.TemporaryOf(beside);
        file = AtomicFile.Guard(
            path,
            () =>
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                FileStream made = new(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
                File.Delete(path);
                return made;
            }
        );
    }

    /// <summary>Writes what an action gives behind what is there.</summary>
    /// <returns>Where it begins; null where the action did not want it after all.</returns>
    public long? Append(Func<Stream, bool> write)
    {
        long begin = file.Position;
        if (AtomicFile.Guard(path, () => write(file)))
            return begin;
        file.SetLength(begin);
        file.Position = begin;
        return null;
    }

    public Stream Open(long begin, long length) => new Slice(file.SafeFileHandle, begin, length);

    public void Dispose() => file.Dispose();

    private sealed class Slice(SafeFileHandle file, long begin, long length) : ReadOnlyStream
    {
        private long done;

        public override int Read(Span<byte> buffer)
        {
            int count = RandomAccess.Read(file, buffer[..(int)Math.Min(buffer.Length, length - done)], begin + done);
            done += count;
            return count;
        }
    }
}
