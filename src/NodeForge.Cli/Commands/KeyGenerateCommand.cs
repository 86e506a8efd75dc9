using System.CommandLine;
using NodeForge.Cli.Documents;

namespace NodeForge.Cli.Commands;

/// <summary><c>key generate</c>: a pair of keys to sign with.</summary>
internal sealed class KeyGenerateCommand : ForgeCommand
{
    private readonly Option<FileInfo> output = new("--output")
    {
        Description = "The name of both files, which get .key and .pub at their end.",
        HelpName = "NAME",
        DefaultValueFactory = _ => new("nodeforge"),
    };

    public KeyGenerateCommand(FrontEnd front)
        : base(
            front,
            "generate",
            "Make a pair of keys: ECDSA on P-256, PEM, the private one encrypted where NODEFORGE_KEY_PASSWORD is set."
        ) => Add(output);

    protected override Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken)
    {
        string name = parsed.GetValue(output)!.FullName;
        return Task.FromResult(
            new CommandResult(KeyDocument.Of(name + ".key", name + ".pub", forge.GenerateKey(name + ".key", name + ".pub")))
        );
    }
}
