using System.CommandLine;

namespace NodeForge.Cli.Commands;

/// <summary>The options that every command takes.</summary>
internal static class GlobalOptions
{
    public const string Wide = "wide";

    public static readonly Option<string> Format = new("--format", "-o")
    {
        Description = "Print results as text or as one JSON document.",
        HelpName = "text|json",
        DefaultValueFactory = _ => "text",
        Recursive = true,
    };

    public static readonly Option<bool> Verbose = new("--verbose", "-v")
    {
        Description = "Show what the programs say that a step runs.",
        Recursive = true,
    };

    public static readonly Option<bool> Quiet = new("--quiet", "-q") { Description = "Print results and errors only.", Recursive = true };

    public static readonly Option<DirectoryInfo?> Cache = new("--cache")
    {
        Description = "Where content is kept (default: $NODEFORGE_CACHE, else $XDG_CACHE_HOME/nodeforge, else ~/.cache/nodeforge).",
        HelpName = "DIR",
        Recursive = true,
    };

    public static readonly Option<bool> Offline = new("--offline")
    {
        Description = "Open no connection; what is not in the cache is named.",
    };

    // Of the one command that has a table: CommandTree refuses it to others.
    static GlobalOptions() => Format.AcceptOnlyFromAmong("text", "json", Wide);

    public static IEnumerable<Option> All => [Format, Verbose, Quiet, Cache];
}
