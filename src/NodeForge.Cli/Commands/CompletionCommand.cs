using System.CommandLine;
using NodeForge.Cli.Rendering;

namespace NodeForge.Cli.Commands;

/// <summary>Prints a shell's completion: a few lines that ask nodeforge itself, so that they never go stale.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        _nodeforge() { mapfile -t COMPREPLY < <(nodeforge "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null | grep -F -- "${COMP_WORDS[COMP_CWORD]}"); }
        complete -F _nodeforge nodeforge
        """;

    private const string Zsh = """
        _nodeforge() { reply=(${(f)"$(nodeforge "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)"}); compadd -a reply; }
        compdef _nodeforge nodeforge
        """;

    private const string Fish = """
        complete -f -c nodeforge -a '(nodeforge "[suggest:"(commandline -C)"]" (commandline -p) 2>/dev/null)'
        """;

    public static Command Create(Terminal terminal)
    {
        Argument<string> shell = new("SHELL") { Description = "bash, zsh or fish." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        Command command = new("completion", "Print the completion script of a shell: source <(nodeforge completion bash).") { shell };
        command.SetAction(parsed =>
        {
            terminal.Out.WriteLine(parsed.GetValue(shell) switch { "zsh" => Zsh, "fish" => Fish, _ => Bash });
            return 0;
        });
        return command;
    }
}
