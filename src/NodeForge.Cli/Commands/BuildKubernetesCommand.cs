using System.CommandLine;
using NodeForge.Cli.Documents;

namespace NodeForge.Cli.Commands;

internal sealed class BuildKubernetesCommand : ForgeCommand
{
    private readonly RecipeArguments recipe;
    private readonly Option<FileInfo?> output = new("--output")
    {
        Description = "Write the server tarball here; compressed when the name ends in .gz.",
        HelpName = "FILE",
    };

    public BuildKubernetesCommand(FrontEnd front)
        : base(front, "kubernetes", "Compile Kubernetes and put it together as a server tarball.")
    {
        Add(output);
        Add(GlobalOptions.Offline);
        recipe = new(this);
    }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken)
    {
        TarballRequest request = new(recipe.Read(parsed))
        {
            File = parsed.GetValue(output)?.FullName,
            Offline = parsed.GetValue(GlobalOptions.Offline),
        };
        return new(TarballDocument.Of(await forge.BuildAsync(request, cancellationToken)));
    }
}
