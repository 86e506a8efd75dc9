using System.Diagnostics;
using System.Runtime.InteropServices;

namespace NodeForge.Cli.Tests;

/// <summary>Signals without the program kill, which a machine for unit tests alone need not have.</summary>
internal static partial class Signals
{
    private const int Terminate = 15; // SIGTERM

    public static void SendTerminate(Process process) => Assert.Equal(0, Kill(process.Id, Terminate));

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
