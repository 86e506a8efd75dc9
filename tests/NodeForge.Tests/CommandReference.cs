using System.CommandLine;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace NodeForge.Tests;

/// <summary>The command line as the program has it, and as the reference page writes it.</summary>
internal static class CommandReference
{
    /// <summary>The tree, whose actions cannot be run: there is no terminal behind it.</summary>
    public static RootCommand Tree()
    {
        // Internal to the command, and it stays so: this page is its only reader from outside.
        MethodInfo create = Assembly.Load("NodeForge.Cli").GetType("NodeForge.Cli.CommandTree", throwOnError: true)!.GetMethod("Create")!;
        return (RootCommand)create.Invoke(null, new object?[create.GetParameters().Length])!;
    }

    /// <summary>Every command with its arguments and options, as Markdown.</summary>
    public static string Write()
    {
        RootCommand root = Tree();
        StringBuilder page = new("### Every command\n\n");
        AppendOptions(page, root.Options.Where(option => option.Recursive && option is not System.CommandLine.Help.HelpOption));
        foreach (Command command in root.Subcommands)
            AppendCommand(page, command, command.Name);
        return page.ToString();
    }

    private static void AppendCommand(StringBuilder page, Command command, string path)
    {
        if (command.Subcommands.Count == 0)
        {
            string arguments = string.Concat(command.Arguments.Select(argument => " " + Usage(argument)));
            page.Append(CultureInfo.InvariantCulture, $"### `{path}{arguments}`\n\n{command.Description}\n\n");
            foreach (Argument argument in command.Arguments)
                page.Append(CultureInfo.InvariantCulture, $"- `{argument.Name}`: {argument.Description}\n");
            if (command.Arguments.Count > 0)
                page.Append('\n');
            AppendOptions(page, command.Options);
        }

        foreach (Command child in command.Subcommands)
            AppendCommand(page, child, $"{path} {child.Name}");
    }

    private static string Usage(Argument argument) =>
        (argument.Arity.MinimumNumberOfValues == 0 ? $"[{argument.Name}]" : argument.Name)
        + (argument.Arity.MaximumNumberOfValues > 1 ? "..." : "");

    private static void AppendOptions(StringBuilder page, IEnumerable<Option> options)
    {
        Option[] listed = [.. options.Where(option => !option.Hidden)];
        if (listed.Length == 0)
            return;
        page.Append("| option | what it does |\n|---|---|\n");
        foreach (Option option in listed)
        {
            string names = string.Join(", ", option.Aliases.Append(option.Name).OrderBy(name => name.Length).Select(name => $"`{name}`"));
            string value = option.HelpName is { } help ? $" {Escape(help)}" : "";
            page.Append(CultureInfo.InvariantCulture, $"| {names}{value} | {Escape(option.Description ?? "")}{DefaultOf(option)} |\n");
        }

        page.Append('\n');
    }

    private static string DefaultOf(Option option) =>
        option.HasDefaultValue
            ? option.GetDefaultValue() switch
            {
                string text => $" Default: `{text}`.",
                ValueType value and not bool => $" Default: `{value}`.",
                _ => "",
            }
            : "";

    private static string Escape(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
