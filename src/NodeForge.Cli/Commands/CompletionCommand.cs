using System.CommandLine;
using NodeForge.Cli.Documents;

namespace NodeForge.Cli.Commands;

/// <summary>Prints a shell's completion: a few lines that ask nodeforge itself, so that they never go stale.</summary>
internal sealed class CompletionCommand : Command
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

    private const string PowerShell = """
        Register-ArgumentCompleter -Native -CommandName nodeforge -ScriptBlock {
            param($word, $ast, $position)
            nodeforge "[suggest:$($position - $ast.Extent.StartOffset)]" $ast.Extent.Text 2>$null | Where-Object { $_ -like "$word*" } |
                ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
        }
        """;

    private readonly Argument<string> shell = new("SHELL") { Description = "bash, zsh, fish or powershell." };

    public CompletionCommand(FrontEnd front)
        : base("completion", "Print the completion script of a shell: source <(nodeforge completion bash).")
    {
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish", "powershell");
        Add(shell);
        SetAction(parsed => new CommandFrame(front, parsed).Print(new(DocumentOf(parsed.GetRequiredValue(shell)))));
    }

    private static CompletionDocument DocumentOf(string shell) =>
        new(
            shell,
            shell switch
            {
                "zsh" => Zsh,
                "fish" => Fish,
                "powershell" => PowerShell,
                _ => Bash,
            }
        );
}
