using System.CommandLine;
using System.Reflection;
using NodeForge.Cli.Documents;

namespace NodeForge.Cli.Commands;

internal sealed class VersionCommand : Command
{
    public VersionCommand(FrontEnd front)
        : base("version", "Print the version.") =>
        SetAction(parsed => new CommandFrame(front, parsed).Print(new(new VersionDocument(Text))));

    public static string Text { get; } =
        typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
