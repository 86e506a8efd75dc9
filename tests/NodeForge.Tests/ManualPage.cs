using System.CommandLine;
using System.CommandLine.Help;
using System.Globalization;
using System.Text;

namespace NodeForge.Tests;

/// <summary>The command line as man(7) wants it.</summary>
internal static class ManualPage
{
    public static string Write()
    {
        RootCommand root = CommandReference.Tree();
        StringBuilder page = new(
            ".TH NODEFORGE 1\n.SH NAME\nnodeforge \\- Kubernetes node images from recipes\n.SH SYNOPSIS\n.B nodeforge\n.I COMMAND\n[\\fIOPTION\\fR...]\n.SH DESCRIPTION\n"
        );
        page.Append(Roff(root.Description!)).Append("\n.SH OPTIONS\nEvery command takes these.\n");
        AppendOptions(page, root.Options.Where(option => option.Recursive && option is not HelpOption));
        page.Append(".SH COMMANDS\n");
        foreach (Command command in root.Subcommands)
            AppendCommand(page, command, "nodeforge " + command.Name);
        page.Append(".SH EXIT STATUS\n");
        foreach (ExitCode code in Enum.GetValues<ExitCode>())
            page.Append(CultureInfo.InvariantCulture, $".TP\n.B {(int)code}\n{code}\n");
        return page.ToString();
    }

    private static void AppendCommand(StringBuilder page, Command command, string path)
    {
        if (command.Subcommands.Count == 0)
        {
            page.Append(
                CultureInfo.InvariantCulture,
                $".SS {Roff(path)}{string.Concat(command.Arguments.Select(argument => " " + argument.Name))}\n{Roff(command.Description!)}\n"
            );
            foreach (Argument argument in command.Arguments)
                page.Append(CultureInfo.InvariantCulture, $".TP\n.I {argument.Name}\n{Roff(argument.Description!)}\n");
            AppendOptions(page, command.Options);
        }

        foreach (Command child in command.Subcommands)
            AppendCommand(page, child, $"{path} {child.Name}");
    }

    private static void AppendOptions(StringBuilder page, IEnumerable<Option> options)
    {
        foreach (Option option in options.Where(option => !option.Hidden))
        {
            string names = string.Join(
                ", ",
                option.Aliases.Append(option.Name).OrderBy(name => name.Length).Select(name => $"\\fB{Roff(name)}\\fR")
            );
            page.Append(
                CultureInfo.InvariantCulture,
                $".TP\n{names}{(option.HelpName is { } value ? $" \\fI{Roff(value)}\\fR" : "")}\n{Roff(option.Description ?? "")}\n"
            );
        }
    }

    // A dash is a hyphen to roff, and a backslash or a dot at the beginning of a line its own word.
    private static string Roff(string text)
    {
        string escaped = text.Replace("\\", "\\e", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal);
        return escaped.StartsWith('.') || escaped.StartsWith('\'') ? "\\&" + escaped : escaped;
    }
}
