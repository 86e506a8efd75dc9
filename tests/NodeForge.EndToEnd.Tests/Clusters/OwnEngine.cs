using System.Diagnostics;
using System.Runtime.CompilerServices;
using NodeForge.EndToEnd.Tests.NodeImages;
using NodeForge.Engines.Connecting;

namespace NodeForge.EndToEnd.Tests.Clusters;

/// <summary>The engine that <c>build/engine</c> has started: nobody else's may be killed.</summary>
internal static class OwnEngine
{
    private static string Program => Path.Combine(Checkout.Root, "build/engine");

    private static string Socket => new EngineDiscovery(HostEnvironment.FromProcess()).Find().Address.LocalPath;

    /// <summary>Null when it is ours; why not otherwise.</summary>
    public static string? WhyNot()
    {
        using Process status = ProgramRun.Start([Program, "status"]);
        string said = status.StandardOutput.ReadToEnd();
        status.WaitForExit();
        return status.ExitCode == 0 && said.Contains("ours, state in", StringComparison.Ordinal)
            ? null
            : "the engine that answers is not one of build/engine's";
    }

    /// <summary>Kills the engine's two processes as a crash does; containers are left to themselves.</summary>
    public static async Task KillAsync()
    {
        Process[] processes =
        [
            .. Find("dockerd", "unix://" + Socket),
            .. Find("containerd", Path.Combine(Path.GetDirectoryName(Socket)!, "containerd.toml")),
        ];
        Assert.True(processes.Length >= 2, "dockerd and containerd were not found");
        foreach (Process process in processes)
            process.Kill();
        foreach (Process process in processes)
        {
            // Another's child: only its end can be seen, not waited for.
            for (int waited = 0; waited < 100 && !process.HasExited; waited++)
                await Task.Delay(50);
            process.Dispose();
        }
    }

    public static async Task StartAsync() => (await ProgramRun.TryAsync([Program, "up"])).Succeeded();

    private static IEnumerable<Process> Find(string program, string argument) =>
        Process.GetProcessesByName(program).Where(process => Arguments(process.Id).Contains(argument));

    private static string[] Arguments(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline").Split('\0');
        }
        catch (IOException)
        {
            return [];
        }
    }
}

/// <summary>A test that kills the engine.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OwnEngineFactAttribute : FactAttribute
{
    public OwnEngineFactAttribute([CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber) => Skip = OwnEngine.WhyNot();
}
