using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using NodeForge.Oci.Content;
using NodeForge.Recipes;
using NodeForge.Recipes.Locks;
using Task = System.Threading.Tasks.Task;

namespace NodeForge.MSBuild;

/// <summary>recipes → what goes into each image, and where each goes. Only recipes are read; of other files it is looked at whether they
/// are still the same.</summary>
[MSBuildMultiThreadableTask]
public sealed class ReadRecipes : ForgeTask
{
    private static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None };
    private readonly List<ITaskItem> inputs = [];
    private readonly List<ITaskItem> images = [];
    private readonly Dictionary<string, string> outputs = new(StringComparer.Ordinal);

    [Required]
    public ITaskItem[] Recipes { get; set; } = [];

    /// <summary>Archives and layouts that every node image carries beside those of its recipe.</summary>
    public ITaskItem[] Preloads { get; set; } = [];

    [Required]
    public string OutputFolder { get; set; } = "";

    [Required]
    public string IntermediateFolder { get; set; } = "";

    /// <summary>A file for each that goes into an image; with its image's metadata.</summary>
    [Output]
    public ITaskItem[] Inputs => [.. inputs];

    /// <summary>An item for each image, called as its output.</summary>
    [Output]
    public ITaskItem[] Images => [.. images];

    private protected override async Task RunAsync(Forge forge, CancellationToken cancellationToken)
    {
        foreach (ITaskItem recipe in Recipes)
            await ForAsync(Host.Resolve(recipe.ItemSpec), () => ReadAsync(forge, recipe)).ConfigureAwait(false);
    }

    private Task ReadAsync(Forge forge, ITaskItem source)
    {
        RecipeItem item = RecipeItem.Of(source, Host, OutputFolder);
        Recipe recipe = forge.Read(item.Request);
        if (recipe is KubernetesBuildRecipe)
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.BuildItem, "the recipe makes no image")
                {
                    Where = new(recipe.File),
                    Got = "kind KubernetesBuild",
                    Want = "BaseImage, NodeImage or ContainerImage",
                    Hint = "let a NodeImage include it",
                }
            );
        if (recipe is NodeImageRecipe)
            item = item with { Preloads = [.. item.Preloads, .. Preloads.Select(preload => Host.Resolve(preload.ItemSpec))] };
        if (!outputs.TryAdd(item.Output, recipe.File))
            throw Shared(item, outputs[item.Output], recipe.File);
        Add(source, item, recipe);
        return Task.CompletedTask;
    }

    private void Add(ITaskItem source, RecipeItem item, Recipe recipe)
    {
        string[] files = [.. Files(recipe), item.LockPath, .. item.Preloads.Select(RecipeItem.ContentOf)];
        string list = Path.Combine(
            Host.Resolve(IntermediateFolder),
            Path.GetFileName(item.Output) + "." + Oci.Digest.Of(Encoding.UTF8.GetBytes(item.Output)).ShortHex + ".inputs"
        );
        string text =
            string.Join('\n', [item.Output, item.Record, .. item.Arguments(Host), .. files.Concat(Folders(recipe)).SelectMany(Lines)])
            + "\n";
        bool sound = BuildRecord.Read(item.Record, item.Artefact) is not null;
        if (!File.Exists(list) || File.ReadAllText(list) != text)
            AtomicFile.WriteAllBytes(list, Encoding.UTF8.GetBytes(text));
        else if (!sound)
            File.SetLastWriteTimeUtc(list, Host.Clock.GetUtcNow().UtcDateTime); // somebody replaced the artefact: newer than its record, the list brings it back
        foreach (string file in files.Where(File.Exists).Prepend(list).Distinct(StringComparer.Ordinal))
            inputs.Add(Item(source, item, recipe, file));
        images.Add(Item(source, item, recipe, item.Output));
    }

    private static TaskItem Item(ITaskItem source, RecipeItem item, Recipe recipe, string spec)
    {
        TaskItem made = MSBuildText.Item(spec);
        source.CopyMetadataTo(made);
        foreach (
            (string name, string value) in new[]
            {
                ("Recipe", item.Request.Path),
                ("Kind", RecipeItem.KindOf(recipe)),
                ("Lock", item.LockPath),
                ("Destination", item.Output),
                ("Artefact", item.Artefact),
                ("Record", item.Record),
                ("Transport", item.Transport),
            }
        )
            made.SetMetadata(name, MSBuildText.Escape(value));
        made.SetMetadata("Preload", string.Join(';', item.Preloads.Select(MSBuildText.Escape)));
        return made;
    }

    private static IEnumerable<string> Files(Recipe recipe)
    {
        string folder = Path.GetDirectoryName(recipe.File)!;
        return RecipeFiles.Of(recipe).Select(file => Path.GetFullPath(file, folder));
    }

    // Their names count, empty folders and links that lead nowhere among them.
    private static IEnumerable<string> Folders(Recipe recipe) =>
        recipe.LocalInputs.Where(Directory.Exists).Concat(recipe.Includes.SelectMany(Folders));

    // Ten thousands of files of a source tree are looked at, and not told to MSBuild one by one.
    private static IEnumerable<string> Lines(string path) =>
        Directory.Exists(path)
            ? AtomicFile.Guard(
                path,
                () =>
                    new DirectoryInfo(path)
                        .EnumerateFileSystemInfos("*", Everything)
                        .OrderBy(item => item.FullName, StringComparer.Ordinal)
                        .SelectMany(item => (string[])[item.FullName, item.LinkTarget ?? "", BuildRecord.IdentityOf(item.FullName)])
                        .ToArray()
            )
            : [path, BuildRecord.IdentityOf(path)];

    private static NodeForgeException Shared(RecipeItem item, string first, string second) =>
        new(
            new Diagnostic(ErrorCodes.BuildOutputShared, "two images would be written to one place")
            {
                Where = new(second),
                Got = $"{item.Output}, which is that of {first} too",
                Want = "a place for each",
                Hint = "give one of the NodeForgeRecipe items another Output",
            }
        );
}
