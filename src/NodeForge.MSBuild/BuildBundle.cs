using System.Text;
using Microsoft.Build.Framework;
using NodeForge.Images;
using NodeForge.Oci;
using NodeForge.Oci.Content;
using Task = System.Threading.Tasks.Task;

namespace NodeForge.MSBuild;

/// <summary>Packs bundles, unless those that are there were packed from the same.</summary>
[MSBuildMultiThreadableTask]
public sealed class BuildBundle : ForgeTask
{
    private readonly List<ITaskItem> made = [];
    private readonly HashSet<string> outputs = new(StringComparer.Ordinal);

    [Required]
    public ITaskItem[] Bundles { get; set; } = [];

    /// <summary>The project's images, as they were built.</summary>
    public ITaskItem[] Images { get; set; } = [];

    [Required]
    public string OutputFolder { get; set; } = "";

    [Required]
    public string IntermediateFolder { get; set; } = "";

    /// <summary>Opens no connection: a bundle that wants an image of an engine or a registry is refused.</summary>
    public bool Offline { get; set; }

    /// <summary>An item for each bundle, called as its file; with <c>Set</c>, <c>Files</c> and the bundle's own metadata.</summary>
    [Output]
    public ITaskItem[] Made => [.. made];

    private protected override async Task RunAsync(Forge forge, CancellationToken cancellationToken)
    {
        Messages.File = Project;
        foreach (ITaskItem bundle in Bundles)
            await ForAsync(Project, () => BuildAsync(forge, bundle, cancellationToken)).ConfigureAwait(false);
    }

    private async Task BuildAsync(Forge forge, ITaskItem source, CancellationToken cancellationToken)
    {
        BundleItem item = BundleItem.Of(source, Images, Host, OutputFolder);
        Check(item);
        Remember(item);
        using DigestLock one = await OutputLock.TakeAsync(item.Output, Host, Messages, cancellationToken).ConfigureAwait(false);
        string? key = await item.KeyAsync(Host, cancellationToken).ConfigureAwait(false);
        BuildRecord? record = BuildRecord.Read(item.Record);
        if (key is not null && record?.Key == key && record.Artefact == BuildRecord.IdentityOf(record.Files))
        {
            Messages.Say(MessageImportance.Normal, $"{item.Output} was made from the same");
            foreach (RecordedWarning warning in record.Warnings)
                Messages.Warn(warning);
        }
        else
        {
            record = await PackAsync(forge, item, key ?? "", cancellationToken).ConfigureAwait(false);
        }

        one.RemoveWhenReleased();
        ITaskItem bundle = MSBuildText.Item(item.Output);
        source.CopyMetadataTo(bundle);
        bundle.SetMetadata("Set", record.Images[0]);
        bundle.SetMetadata("Files", string.Join(';', record.Files.Select(MSBuildText.Escape)));
        made.Add(bundle);
    }

    private async Task<BuildRecord> PackAsync(Forge forge, BundleItem item, string key, CancellationToken cancellationToken)
    {
        int before = Messages.Warnings.Count;
        Bundles.Writing.WrittenBundle written = (
            await forge.Bundles.CreateAsync(item.Request, cancellationToken).ConfigureAwait(false)
        ).Written!;
        Messages.Say(MessageImportance.High, $"{Path.GetFileNameWithoutExtension(item.Output)} -> {string.Join(' ', written.Files)}");
        BuildRecord record = new(key, BuildRecord.IdentityOf(written.Files), [written.Set.ToString()], [.. Messages.Warnings.Skip(before)])
        {
            Files = written.Files,
        };
        // A warning that counts as an error here has to be told by the next build as well.
        (Log.HasLoggedErrors ? record with { Key = "" } : record).Write(item.Record);
        return record;
    }

    private void Check(BundleItem item)
    {
        if (!outputs.Add(item.Output))
            throw Refused(ErrorCodes.BuildOutputShared, "two bundles would be written to one place", item.Output, "a place for each");
        if (Offline && item.Asks is { } asked)
            throw Refused(
                ErrorCodes.BuildItem,
                "a bundle wants an image that is not on this disk, and this build opens no connection",
                asked.ToString(),
                "an archive or a layout"
            );
    }

    // What Clean removes when the item is gone.
    private void Remember(BundleItem item) =>
        AtomicFile.WriteAllBytes(
            Path.Combine(
                Host.Resolve(IntermediateFolder),
                $"{Path.GetFileName(item.Output)}.{Digest.Of(Encoding.UTF8.GetBytes(item.Output)).ShortHex}.inputs"
            ),
            Encoding.UTF8.GetBytes($"{item.Output}\n{item.Record}\n")
        );

    private NodeForgeException Refused(ErrorCode code, string what, string got, string want) =>
        new(
            new Diagnostic(code, what)
            {
                Where = new(Project),
                Got = got,
                Want = want,
                Hint = "change the metadata of a NodeForgeBundle item",
            }
        );
}
