using NodeForge.Images.Processes;

namespace NodeForge.Images.Debian.Apt;

/// <summary>What a private apt takes over from the machine's own: how to reach servers. Nothing that changes what is chosen, and no
/// hook.</summary>
internal static class AptHostSettings
{
    private static readonly string[] TakenOver =
    [
        "Acquire::http::",
        "Acquire::https::",
        "Acquire::Retries",
        "Acquire::ForceIPv",
        "Acquire::Check-Valid-Until",
        "Acquire::Check-Date",
        "Acquire::Max-ValidTime",
        "Acquire::Min-ValidTime",
    ];

    // Left behind: they name folders and users of the machine's own apt.
    private static readonly string[] LeftBehind = ["Acquire::http::User-Agent", "Acquire::http::AllowRedirect"];

    /// <summary>The lines of apt.conf(5) that reach servers as the machine's apt does.</summary>
    public static async Task<IReadOnlyList<string>> ReadAsync(ProgramRunner runner, CancellationToken cancellationToken)
    {
        ProgramResult dump = await runner
            .RunAsync(
                new ProgramCall("apt-config", "dump")
                {
                    Package = "apt",
                    Environment = new Dictionary<string, string?> { ["LC_ALL"] = "C" },
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        return Choose(dump.Output.Split('\n'));
    }

    public static IReadOnlyList<string> Choose(IEnumerable<string> dump) =>
        [
            .. dump.Where(line =>
                TakenOver.Any(prefix => line.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                && !LeftBehind.Any(prefix => line.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            ),
        ];
}
