using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace NodeForge.Oci.Transports;

/// <summary>Lets one writer at a time change a layout's index. Held on the folder itself, it leaves no file behind, disturbs no reader and
/// dies with its holder.</summary>
internal static partial class LayoutLock
{
    private const int ExclusiveAtOnce = 2 | 4; // LOCK_EX | LOCK_NB
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30); // an index is written in milliseconds
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.Busy"/>.</exception>
    public static async Task<IDisposable> TakeAsync(string folder, CancellationToken cancellationToken)
    {
        SafeFileHandle handle = Open(folder, 0); // O_RDONLY
        try
        {
            for (TimeSpan waited = TimeSpan.Zero; Lock(handle, ExclusiveAtOnce) != 0; waited += Pause)
            {
                if (waited > Longest)
                    throw new NodeForgeException(
                        new Diagnostic(ErrorCodes.Busy, "another process holds the image layout")
                        {
                            Where = new(folder),
                            Hint = "wait for it to end and run again",
                        }
                    );
                await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
            }

            return handle;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "flock")]
    private static partial int Lock(SafeFileHandle handle, int operation);
}
