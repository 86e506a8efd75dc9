using System.CommandLine;
using NodeForge.Cli.Rendering;

namespace NodeForge.Cli.Commands;

internal static class LockCommand
{
    public static Command Create(Terminal terminal, Interruption interruption)
    {
        RecipeArguments recipe = new();
        Option<string[]> update = new("--update") { Description = "Take the newest of this package, file, image or part; 'all' for everything.", HelpName = "NAME" };
        Option<bool> check = new("--check") { Description = "Write nothing; fail with NF2006 for each thing that would move." };
        Option<bool> record = new("--record") { Description = "Build the recipe and record in the lock what must come out: the compiled Kubernetes, the image ID and its layers." };
        Command command = new("lock", "Resolve every name of a recipe and write its lock file.") { update, check, record };
        recipe.AddTo(command);
        command.SetAction((parsed, _) => new CommandFrame(terminal, interruption, parsed).RunAsync(async (forge, cancellation) =>
        {
            LockRequest request = new(recipe.Read(parsed)) { Update = parsed.GetValue(update) ?? [], Check = parsed.GetValue(check), Record = parsed.GetValue(record) };
            LockDocument document = LockDocument.Of(await forge.LockAsync(request, cancellation));
            return new CommandResult(Page.OfText(document.Text), document.ToJson());
        }));
        return command;
    }
}
