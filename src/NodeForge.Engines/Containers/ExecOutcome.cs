namespace NodeForge.Engines.Containers;

/// <summary>How a program in a container ended.</summary>
/// <param name="ExitCode">Its own; without a program 127 where there is none of that name, and 126 where it cannot be run, as docker has
/// it.</param>
/// <param name="Refusal">The engine's words where no program was started; else null.</param>
public sealed record ExecOutcome(int ExitCode, string? Refusal = null)
{
    public const int NotRunnable = 126;
    public const int NotFound = 127;

    // Docker 20.10 says 126 of both, later ones 127 of what is missing, and 128 of what neither explains.
    private const int Unknown = 128;

    // The shells' and the runtimes' words for it, runc's and crun's.
    private static readonly string[] Missing =
    [
        "executable file not found",
        "executable file `",
        "no such file or directory",
        "that was not found",
    ];

    /// <summary>Of what an engine said in place of a program.</summary>
    internal static ExecOutcome Refused(string words) =>
        new(Missing.Any(part => words.Contains(part, StringComparison.OrdinalIgnoreCase)) ? NotFound : NotRunnable, words.Trim());

    internal static bool MayBeRefusal(int exitCode) => exitCode is NotRunnable or NotFound or Unknown;
}
