using System.CommandLine;
using NodeForge.Cli.Documents;
using NodeForge.Recipes;
using NodeForge.Recipes.Locks;

namespace NodeForge.Cli.Commands;

internal sealed class PlanCommand : ForgeCommand
{
    private readonly RecipeArguments recipe;

    public PlanCommand(FrontEnd front)
        : base(front, "plan", "Show what a build would do, and the digest that names it.") => recipe = new(this);

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken)
    {
        PlannedRecipe planned = await forge.PlanAsync(recipe.Read(parsed), cancellationToken);
        return new(PlanDocument.Of(planned.Plans, RecipeFiles.Of(planned.Recipe)));
    }
}
