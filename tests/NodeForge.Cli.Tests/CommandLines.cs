using System.CommandLine;

namespace NodeForge.Cli.Tests;

/// <summary>The commands that there are, as the program has them: a new one is tested without being named.</summary>
internal static class CommandLines
{
    /// <summary>Every command with the words that call it; the program itself has none.</summary>
    public static IEnumerable<(string Path, Command Command)> All() => Below("", CommandTree.Create(null!));

    private static IEnumerable<(string Path, Command Command)> Below(string path, Command command) =>
        command.Subcommands.SelectMany(child => Below($"{path} {child.Name}".TrimStart(), child)).Prepend((path, command));
}
