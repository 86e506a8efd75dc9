using Microsoft.Build.Framework;
using Task = System.Threading.Tasks.Task;

namespace NodeForge.MSBuild;

/// <summary>Resolves every name of recipes and writes their lock files. Networked.</summary>
[MSBuildMultiThreadableTask]
public sealed class LockRecipe : ForgeTask
{
    [Required]
    public ITaskItem[] Recipes { get; set; } = [];

    /// <summary>Packages, files, images and parts whose newest is taken; <c>all</c> for everything.</summary>
    public string[] Update { get; set; } = [];

    /// <summary>Writes nothing, and fails for each thing that would move.</summary>
    public bool Check { get; set; }

    private protected override async Task RunAsync(Forge forge, CancellationToken cancellationToken)
    {
        HashSet<string> done = new(StringComparer.Ordinal);
        foreach (ITaskItem recipe in Recipes)
            await ForAsync(Host.Resolve(recipe.ItemSpec), () => LockAsync(forge, RecipeItem.Of(recipe, Host, ""), done, cancellationToken))
                .ConfigureAwait(false);
    }

    // A lock is for all of a recipe's platforms, so that items which differ in them share it.
    private async Task LockAsync(Forge forge, RecipeItem item, HashSet<string> done, CancellationToken cancellationToken)
    {
        if (!done.Add(item.LockPath))
            return;
        Messages.File = item.Request.Path;
        LockOutcome outcome = await forge
            .LockAsync(new LockRequest(item.Request with { Platforms = [] }) { Update = Update, Check = Check }, cancellationToken)
            .ConfigureAwait(false);
        Messages.Say(MessageImportance.High, $"{Path.GetFileNameWithoutExtension(item.Request.Path)} -> {outcome.Path}");
    }
}
