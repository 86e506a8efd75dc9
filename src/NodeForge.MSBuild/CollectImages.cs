using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using Task = System.Threading.Tasks.Task;

namespace NodeForge.MSBuild;

/// <summary>The images that are there now, those among them that were there before, with what was warned of when they were made.</summary>
[MSBuildMultiThreadableTask]
public sealed class CollectImages : ForgeTask
{
    [Required]
    public ITaskItem[] Planned { get; set; } = [];

    /// <summary>Those that were made now.</summary>
    public ITaskItem[] Built { get; set; } = [];

    /// <summary>An item for each image, called as its output; with <c>Transport</c>, <c>Recipe</c>, <c>Lock</c>, <c>ImageId</c> and the
    /// recipe's own metadata.</summary>
    [Output]
    public ITaskItem[] Images { get; private set; } = [];

    private protected override Task RunAsync(Forge forge, CancellationToken cancellationToken)
    {
        HashSet<string> built = [.. Built.Select(item => item.ItemSpec)];
        List<ITaskItem> images = [];
        foreach (ITaskItem planned in Planned)
        {
            TaskItem image = new(planned);
            if (BuildRecord.Read(planned.GetMetadata("Record"), planned.GetMetadata("Artefact")) is { } record)
            {
                image.SetMetadata("ImageId", string.Join(';', record.Images));
                foreach (RecordedWarning warning in built.Contains(planned.ItemSpec) ? [] : record.Warnings)
                    Messages.Warn(warning);
            }

            if (built.Contains(planned.ItemSpec))
                Messages.Say(
                    MessageImportance.High,
                    $"{Path.GetFileNameWithoutExtension(planned.GetMetadata("Recipe"))} -> {planned.ItemSpec}"
                );
            images.Add(image);
        }

        Images = [.. images];
        return Task.CompletedTask;
    }
}
