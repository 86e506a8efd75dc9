using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace NodeForge.MSBuild.Tests;

/// <summary>A call of dotnet as from a shell: nothing of the test runner's environment is in it.</summary>
internal sealed partial record DotnetRun(int ExitCode, string Output)
{
    private const int Interrupt = 2; // SIGINT
    private static readonly string[] Kept = ["PATH", "DOTNET_ROOT", "LANG", "SSL_CERT_FILE", "SSL_CERT_DIR"];

    /// <summary>How long a call may take.</summary>
    public static TimeSpan Usually { get; } = TimeSpan.FromMinutes(3);

    public bool Succeeded => ExitCode == 0;

    /// <param name="feed">Has the home folder and the NuGet cache.</param>
    /// <param name="folder">Where it is called.</param>
    /// <param name="ownPackages">Whether the NuGet cache is the test's, and not the user's.</param>
    /// <param name="arguments">Of dotnet.</param>
    /// <param name="variables">Beside the usual ones.</param>
    public static Task<DotnetRun> StartAsync(
        PackedFeed feed,
        string folder,
        bool ownPackages,
        string[] arguments,
        params (string Name, string Value)[] variables
    ) => FinishAsync(Begin(feed, folder, ownPackages, arguments, variables));

    public static Process Begin(
        PackedFeed feed,
        string folder,
        bool ownPackages,
        string[] arguments,
        params (string Name, string Value)[] variables
    )
    {
        // A shell without job control starts what runs in the background with SIGINT ignored, and so would everything below it.
        ProcessStartInfo start = new("env", ["--default-signal=INT", "dotnet", .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Dictionary<string, string?> own = Kept.ToDictionary(name => name, Environment.GetEnvironmentVariable);
        start.Environment.Clear();
        foreach ((string name, string? value) in own.Where(pair => pair.Value is not null))
            start.Environment[name] = value;
        start.Environment["HOME"] = ownPackages ? feed.Home : Environment.GetEnvironmentVariable("HOME");
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        if (ownPackages)
            start.Environment["NUGET_PACKAGES"] = feed.Packages;
        foreach ((string name, string value) in variables)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Ctrl-C.</summary>
    public static void Stop(Process process) => _ = Kill(process.Id, Interrupt);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    public static async Task<DotnetRun> FinishAsync(Process process, Action<string>? line = null, TimeSpan? atMost = null)
    {
        using CancellationTokenSource longest = new(atMost ?? Usually);
        StringBuilder output = new();
        await Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
        await process.WaitForExitAsync(longest.Token);
        return new(process.ExitCode, output.ToString());

        async Task ReadAsync(StreamReader reader)
        {
            while (await reader.ReadLineAsync(longest.Token) is { } text)
            {
                lock (output)
                    output.AppendLine(text);
                line?.Invoke(text);
            }
        }
    }
}
