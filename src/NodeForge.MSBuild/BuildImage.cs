using Microsoft.Build.Framework;
using NodeForge.Images;
using NodeForge.Recipes;
using Task = System.Threading.Tasks.Task;

namespace NodeForge.MSBuild;

/// <summary>Makes one image, unless the one that is there was made from the same.</summary>
[MSBuildMultiThreadableTask]
public sealed class BuildImage : ForgeTask
{
    /// <summary>The files that go into the image; each has its metadata.</summary>
    [Required]
    public ITaskItem[] Inputs { get; set; } = [];

    /// <summary>Opens no connection; what is not in the cache is named.</summary>
    public bool Offline { get; set; }

    /// <summary>The output, when this made it; else nothing.</summary>
    [Output]
    public ITaskItem[] Built { get; private set; } = [];

    private protected override async Task RunAsync(Forge forge, CancellationToken cancellationToken)
    {
        ITaskItem given = MSBuildText.Item(Inputs[0].GetMetadata("Recipe"));
        Inputs[0].CopyMetadataTo(given);
        RecipeItem item = RecipeItem.Of(given, Host, "");
        Messages.File = item.Request.Path;
        await ForAsync(item.Request.Path, () => RunAsync(forge, item, cancellationToken)).ConfigureAwait(false);
    }

    private async Task RunAsync(Forge forge, RecipeItem item, CancellationToken cancellationToken)
    {
        using DigestLock one = await OutputLock.TakeAsync(item.Output, Host, Messages, cancellationToken).ConfigureAwait(false);
        Recipe recipe = forge.Read(item.Request);
        string key = await item.KeyAsync(recipe, Host, cancellationToken).ConfigureAwait(false);
        if (BuildRecord.Read(item.Record, item.Artefact) is { } record && record.Key == key)
        {
            File.SetLastWriteTimeUtc(item.Record, Host.Clock.GetUtcNow().UtcDateTime);
            File.SetLastWriteTimeUtc(item.Artefact, Host.Clock.GetUtcNow().UtcDateTime);
            (record with { Artefact = BuildRecord.IdentityOf(item.Artefact) }).Write(item.Record);
            Messages.Say(MessageImportance.Normal, $"{item.Output} was made from the same");
            one.RemoveWhenReleased();
            return;
        }

        BuildRequest request = new(item.Request, RecipeItem.KindOf(recipe))
        {
            Outputs = [item.Transport],
            Compression = item.Compression,
            Tag = item.Tag,
            Offline = Offline,
            AllowOpenClosure = item.AllowOpenClosure,
            Preloads = item.Preloads,
        };
        BuildOutcome outcome = await forge.BuildAsync(request, cancellationToken).ConfigureAwait(false);
        Built = [MSBuildText.Item(item.Output)];
        // A warning that counts as an error here has to be told by the next build as well: without a record it builds again.
        if (Log.HasLoggedErrors)
            return;
        new BuildRecord(
            key,
            BuildRecord.IdentityOf(item.Artefact),
            [.. outcome.Images.Select(image => image.Id.ToString())],
            Messages.Warnings
        ).Write(item.Record);
        one.RemoveWhenReleased();
    }
}
