using System.CommandLine;
using NodeForge.Cli.Rendering;

namespace NodeForge.Cli.Commands;

internal static class FetchCommand
{
    public static Command Create(Terminal terminal, Interruption interruption)
    {
        RecipeArguments recipe = new();
        Command command = new("fetch", "Bring everything that a lock names into the cache, by digest.") { GlobalOptions.Offline };
        recipe.AddTo(command);
        command.SetAction((parsed, _) => new CommandFrame(terminal, interruption, parsed).RunAsync(async (forge, cancellation) =>
        {
            await forge.FetchAsync(recipe.Read(parsed), parsed.GetValue(GlobalOptions.Offline), cancellation);
            return new(null, """{"schemaVersion":1}""");
        }));
        return command;
    }
}
