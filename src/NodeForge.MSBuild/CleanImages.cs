using Microsoft.Build.Framework;
using NodeForge.Oci.Content;
using Task = System.Threading.Tasks.Task;

namespace NodeForge.MSBuild;

/// <summary>Removes the images and bundles that this project made, those of items that are gone too, and what it knows of them. The cache
/// stays.</summary>
[MSBuildMultiThreadableTask]
public sealed class CleanImages : ForgeTask
{
    [Required]
    public string IntermediateFolder { get; set; } = "";

    private protected override async Task RunAsync(Forge forge, CancellationToken cancellationToken)
    {
        string folder = Host.Resolve(IntermediateFolder);
        foreach (string list in Directory.Exists(folder) ? Directory.GetFiles(folder, "*.inputs") : [])
        {
            if (await File.ReadAllLinesAsync(list, cancellationToken).ConfigureAwait(false) is [var output, var record, ..])
                Remove(output, record);
            File.Delete(list);
        }
    }

    // Only what a record says that a build has written: a folder of the user's that an item names is none of ours.
    private void Remove(string output, string record)
    {
        if (!File.Exists(record))
            return;
        IReadOnlyList<string> volumes = BuildRecord.Read(record)?.Files ?? [];
        AtomicFile.Guard(
            output,
            () =>
            {
                if (Directory.Exists(output))
                    Directory.Delete(output, recursive: true);
                File.Delete(output);
                File.Delete(output + ".verify.html");
                foreach (string volume in volumes.Where(volume => volume.StartsWith(output + ".", StringComparison.Ordinal)))
                    File.Delete(volume);
                File.Delete(record);
                return 0;
            }
        );
        Messages.Say(MessageImportance.Normal, $"removed {output}");
    }
}
