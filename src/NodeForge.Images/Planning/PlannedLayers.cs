using System.Globalization;
using NodeForge.Images.Debian.Bootstrap;
using NodeForge.Oci;
using NodeForge.Recipes;
using NodeForge.Recipes.Locks;

namespace NodeForge.Images.Planning;

/// <summary>A layer that a plan will have: what it follows from, known before it is made.</summary>
/// <param name="Title">As in the image.</param>
/// <param name="Key">Over what decides its bits: plans that share a key share the layer. Files of this machine are named in it, not
/// read.</param>
/// <param name="Bytes">Of the sources that it is made of.</param>
public sealed record PlannedLayer(string Title, Digest Key, long Bytes);

/// <summary>The layers of a plan, bottom first, without making one.</summary>
public static class PlannedLayers
{
    public static IReadOnlyList<PlannedLayer> Of(ImagePlan plan) =>
        plan switch
        {
            BaseImagePlan image => OfBase(image),
            ContainerImagePlan image => [OfContainer(image)],
            NodeImagePlan node => OfNode(node),
            _ => [],
        };

    private static IReadOnlyList<PlannedLayer> OfBase(BaseImagePlan plan)
    {
        Digest rootfs = DebianBootstrap.KeyOf(plan.Rootfs, plan.Epoch, RootfsPurpose.Image);
        return
        [
            new($"{plan.Rootfs.Settings.Suite} packages {plan.Rootfs.Architecture}", rootfs, SizeOf(plan.Rootfs.Part)),
            // Over the root file system: which folders it has decides which ones the files bring along.
            new($"{plan.Name} files", Key("planned-files/1", plan.Epoch, rootfs.Hex, plan.Name, plan.Content?.Hex ?? ""), 0),
        ];
    }

    private static PlannedLayer OfContainer(ContainerImagePlan plan) =>
        new(
            plan.Name,
            Key("planned-container/1", plan.Epoch, [plan.Platform.ToString(), TextOf(plan.Recipe), .. Sources(plan.Part)]),
            SizeOf(plan.Part)
        );

    private static IReadOnlyList<PlannedLayer> OfNode(NodeImagePlan plan) =>
        [
            .. plan.Base is { } made ? OfBase(made) : OfImage(plan, plan.Recipe.Base.Image!, "base"),
            .. plan.Recipe.Components.Select(component => OfComponent(plan, component)),
            OfKubernetes(plan),
            .. plan.Recipe.Images.SelectMany(image => OfPreload(plan, image)),
            new("node configuration", Key("planned-node/1", plan.Epoch, plan.Digest.Hex), 0),
        ];

    private static PlannedLayer OfComponent(NodeImagePlan plan, ComponentSource component)
    {
        LockedFile? file = plan.Part.Files.FirstOrDefault(file => file.Name == component.Name);
        string from = file?.Digest.Hex ?? component.Tarball ?? "";
        return new(
            component.Name,
            Key("planned-component/1", plan.Epoch, component.Name, plan.Platform.ToString(), from, component.Path ?? ""),
            file?.Size ?? 0
        );
    }

    private static PlannedLayer OfKubernetes(NodeImagePlan plan)
    {
        string title = $"Kubernetes {plan.Recipe.Kubernetes.Version} {plan.Platform.Architecture}";
        LockedPart part = plan.Kubernetes?.Part ?? plan.Part;
        LockedFile[] files = [.. part.Files.Where(file => plan.Kubernetes is not null || file.Name == "kubernetes")];
        return new(
            title,
            Key(
                "planned-kubernetes/1",
                plan.Epoch,
                [
                    plan.Platform.ToString(),
                    plan.Recipe.Kubernetes.Version,
                    plan.Recipe.Kubernetes.Tarball ?? plan.Recipe.Kubernetes.Folder ?? "",
                    .. files.Select(file => file.Digest.Hex),
                    .. part.Packages.Where(_ => plan.Kubernetes is not null).Select(package => package.Digest.Hex),
                ]
            ),
            files.Sum(file => file.Size)
        );
    }

    private static IEnumerable<PlannedLayer> OfPreload(NodeImagePlan plan, PreloadedImage image)
    {
        if (image.OfKubeadm)
            return plan.OfKubeadm.Select(locked => OfLocked(plan, locked, "image " + locked.Reference, image.Tags));
        if (image.Recipe is not { } recipe)
            return OfImage(plan, image.Image!, "image " + image.Image!.Text, image.Tags);
        PlannedLayer made = OfContainer(plan.Images[recipe.File]);
        return
        [
            made with
            {
                Title = "image " + recipe.Name,
                Key = Key("planned-preload/1", plan.Epoch, [made.Key.Hex, plan.Recipe.Preload.ToString(), .. image.Tags]),
            },
        ];
    }

    private static IEnumerable<PlannedLayer> OfImage(
        NodeImagePlan plan,
        ImageSource source,
        string title,
        IReadOnlyList<string>? tags = null
    ) =>
        plan.Part.Images.FirstOrDefault(image => image.Reference == source.Text) is { } locked
            ? [OfLocked(plan, locked, title, tags ?? [])]
            : [new(title, Key("planned-local/1", plan.Epoch, [source.LocalPath ?? source.Text, title, .. tags ?? []]), 0)];

    private static PlannedLayer OfLocked(NodeImagePlan plan, LockedImage image, string title, IReadOnlyList<string> tags) =>
        new(
            title,
            Key("planned-image/1", plan.Epoch, [image.Digest.Hex, image.Reference, plan.Recipe.Preload.ToString(), .. tags]),
            image.Blobs.Sum(blob => blob.Size)
        );

    private static string TextOf(Recipe recipe) => recipe.Content?.Hex ?? recipe.File;

    private static IEnumerable<string> Sources(LockedPart part) => part.Sources.Select(source => source.Digest.Hex);

    private static long SizeOf(LockedPart part) => part.Sources.SelectMany(source => source.Contents()).Sum(content => content.Size);

    private static Digest Key(string action, long epoch, params IEnumerable<string> inputs) =>
        ActionKey.Of(action, inputs.Prepend(epoch.ToString(CultureInfo.InvariantCulture)));
}
