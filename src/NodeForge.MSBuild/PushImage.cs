using Microsoft.Build.Framework;
using NodeForge.Oci.Transports;
using Task = System.Threading.Tasks.Task;

namespace NodeForge.MSBuild;

/// <summary>Brings images to where their <c>PushTo</c> says. Networked.</summary>
[MSBuildMultiThreadableTask]
public sealed class PushImage : ForgeTask
{
    [Required]
    public ITaskItem[] Images { get; set; } = [];

    /// <summary>An item for each place, with the digest where it is a registry's; <c>Image</c> says of which.</summary>
    [Output]
    public ITaskItem[] Pushed { get; private set; } = [];

    private protected override async Task RunAsync(Forge forge, CancellationToken cancellationToken)
    {
        List<ITaskItem> pushed = [];
        ITaskItem[] wanted = [.. Images.Where(image => RecipeItem.Texts(image, "PushTo").Length > 0)];
        if (wanted.Length == 0)
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.BuildItem, "no image says where it is pushed to")
                {
                    Where = new(Project),
                    Hint = "give a NodeForgeRecipe PushTo=\"docker://registry/name:tag\"",
                }
            );
        foreach (ITaskItem image in wanted)
        {
            await ForAsync(
                    Project,
                    async () =>
                    {
                        ImageTransport from = ImageTransport.Parse(image.GetMetadata("Transport"));
                        foreach (ImageTransport to in RecipeItem.Texts(image, "PushTo").Select(ImageTransport.Parse))
                        {
                            string place = await forge.CopyAsync(from, to, cancellationToken).ConfigureAwait(false);
                            Messages.Say(MessageImportance.High, $"{Path.GetFileName(image.ItemSpec)} -> {place}");
                            pushed.Add(MSBuildText.Item(place, ("Image", image.ItemSpec)));
                        }
                    }
                )
                .ConfigureAwait(false);
        }

        Pushed = [.. pushed];
    }
}
