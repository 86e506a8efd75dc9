using System.CommandLine;
using NodeForge.Cli.Rendering;
using NodeForge.Recipes;

namespace NodeForge.Cli.Commands;

internal static class PlanCommand
{
    public static Command Create(Terminal terminal, Interruption interruption)
    {
        RecipeArguments recipe = new();
        Command command = new("plan", "Show what a build would do, and the digest that names it.");
        recipe.AddTo(command);
        command.SetAction((parsed, _) => new CommandFrame(terminal, interruption, parsed).RunAsync(async (forge, cancellation) =>
        {
            PlannedRecipe planned = await forge.PlanAsync(recipe.Read(parsed), cancellation);
            PlanDocument document = PlanDocument.Of(planned.Plans, RecipeFiles.Of(planned.Recipe));
            return new(document.ToText(), document.ToJson());
        }));
        return command;
    }
}
