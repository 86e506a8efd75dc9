using System.CommandLine;
using System.Reflection;
using NodeForge.Cli.Rendering;

namespace NodeForge.Cli.Commands;

internal static class VersionCommand
{
    public static string Text { get; } =
        typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public static Command Create(Terminal terminal)
    {
        Command command = new("version", "Print the version.");
        command.SetAction(parsed =>
        {
            bool json = parsed.GetValue(GlobalOptions.Format) == "json";
            terminal.Out.WriteLine(json ? $$"""{"schemaVersion":1,"version":"{{Text}}"}""" : $"nodeforge {Text}");
            return 0;
        });
        return command;
    }
}
