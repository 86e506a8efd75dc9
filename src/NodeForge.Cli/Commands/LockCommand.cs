using System.CommandLine;
using NodeForge.Cli.Documents;

namespace NodeForge.Cli.Commands;

internal sealed class LockCommand : ForgeCommand
{
    private readonly RecipeArguments recipe;
    private readonly Option<string[]> update = new("--update")
    {
        Description = "Take the newest of this package, file, image or part; 'all' for everything.",
        HelpName = "NAME",
    };
    private readonly Option<bool> check = new("--check")
    {
        Description = "Write nothing; fail with NF2006 for each thing that would move.",
    };
    private readonly Option<bool> record = new("--record")
    {
        Description = "Build the recipe and record in the lock what must come out: the compiled Kubernetes, the image ID and its layers.",
    };

    public LockCommand(FrontEnd front)
        : base(front, "lock", "Resolve every name of a recipe and write its lock file.")
    {
        Add(update);
        Add(check);
        Add(record);
        recipe = new(this);
    }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken)
    {
        LockRequest request = new(recipe.Read(parsed))
        {
            Update = parsed.GetValue(update) ?? [],
            Check = parsed.GetValue(check),
            Record = parsed.GetValue(record),
        };
        return new(LockDocument.Of(await forge.LockAsync(request, cancellationToken)));
    }
}
