using System.CommandLine;
using NodeForge.Cli.Documents;

namespace NodeForge.Cli.Commands;

internal sealed class FetchCommand : ForgeCommand
{
    private readonly RecipeArguments recipe;

    public FetchCommand(FrontEnd front)
        : base(front, "fetch", "Bring everything that a lock names into the cache, by digest.")
    {
        Add(GlobalOptions.Offline);
        recipe = new(this);
    }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken) =>
        new(FetchDocument.Of(await forge.FetchAsync(recipe.Read(parsed), parsed.GetValue(GlobalOptions.Offline), cancellationToken)));
}
