using Microsoft.Build.Framework;
using NodeForge.Oci.Transports;
using Task = System.Threading.Tasks.Task;

namespace NodeForge.MSBuild;

/// <summary>Brings images, and those of bundles, to where their <c>PushTo</c> says. Networked.</summary>
[MSBuildMultiThreadableTask]
public sealed class PushImage : ForgeTask
{
    private const string PushTo = "PushTo";
    private readonly List<ITaskItem> pushed = [];

    public ITaskItem[] Images { get; set; } = [];

    /// <summary>Bundles whose images go there, each under its own name.</summary>
    public ITaskItem[] Bundles { get; set; } = [];

    /// <summary>An item for each place, with the digest where it is a registry's; <c>Image</c> says of which.</summary>
    [Output]
    public ITaskItem[] Pushed => [.. pushed];

    private protected override async Task RunAsync(Forge forge, CancellationToken cancellationToken)
    {
        ITaskItem[] images = [.. Images.Where(IsPushed)],
            bundles = [.. Bundles.Where(IsPushed)];
        if (images.Length + bundles.Length == 0)
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.BuildItem, "no image and no bundle says where it is pushed to")
                {
                    Where = new(Project),
                    Hint =
                        "give a NodeForgeRecipe PushTo=\"docker://registry/name:tag\", or a NodeForgeBundle PushTo=\"docker://registry/\"",
                }
            );
        foreach (ITaskItem image in images)
            await ForAsync(Project, () => PushAsync(forge, image, cancellationToken)).ConfigureAwait(false);
        foreach (ITaskItem bundle in bundles)
            await ForAsync(Project, () => PushBundleAsync(forge, bundle, cancellationToken)).ConfigureAwait(false);
    }

    private async Task PushAsync(Forge forge, ITaskItem image, CancellationToken cancellationToken)
    {
        ImageTransport from = ImageTransport.Parse(image.GetMetadata("Transport"));
        foreach (ImageTransport to in RecipeItem.Texts(image, PushTo).Select(ImageTransport.Parse))
            Add(image.ItemSpec, await forge.CopyAsync(from, to, cancellationToken).ConfigureAwait(false), image.ItemSpec);
    }

    private async Task PushBundleAsync(Forge forge, ITaskItem bundle, CancellationToken cancellationToken)
    {
        BundleLoadRequest request = new(bundle.ItemSpec, RecipeItem.Texts(bundle, PushTo));
        foreach (PlacedImage placed in (await forge.Bundles.LoadAsync(request, cancellationToken).ConfigureAwait(false)).Images)
            Add($"{bundle.ItemSpec}#{placed.Image}", placed.Target, placed.Image);
    }

    private void Add(string what, string place, string image)
    {
        Messages.Say(MessageImportance.High, $"{Path.GetFileName(what)} -> {place}");
        pushed.Add(MSBuildText.Item(place, ("Image", image)));
    }

    private static bool IsPushed(ITaskItem item) => RecipeItem.Texts(item, PushTo).Length > 0;
}
