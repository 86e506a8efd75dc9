using System.Text.Json;
using System.Text.Json.Serialization;
using NodeForge.Images.Assembly.Contents;
using NodeForge.Images.Assembly.Kubernetes;
using NodeForge.Images.Planning;
using NodeForge.Kubernetes;
using NodeForge.Oci;
using NodeForge.Oci.Content;
using NodeForge.Recipes;

namespace NodeForge.Images.Assembly.Nodes;

/// <summary>Writes what the node says of itself: for kind, for NodeForge, for the entrypoint and for people.</summary>
internal static class NodeRecord
{
    public static void Write(
        NodeImagePlan plan,
        NodeBase under,
        KubernetesRelease kubernetes,
        IReadOnlyList<NodeComponent> components,
        IReadOnlyList<NodePreload> preloads,
        LayerDraft draft
    )
    {
        string version = plan.Recipe.Kubernetes.Version;
        draft.AddText("kind/version", version);
        if (plan.Recipe.Manifests.PodNetwork is { } network)
            draft.AddBytes("kind/manifests/default-cni.yaml", AtomicFile.Guard(network, () => File.ReadAllBytes(network)));
        if (plan.Recipe.Manifests.Storage is { } storage)
            draft.AddBytes("kind/manifests/default-storage.yaml", AtomicFile.Guard(storage, () => File.ReadAllBytes(storage)));
        draft.AddText("usr/lib/nodeforge/node.env", NodeSettings(version, preloads));
        draft.AddBytes(
            "usr/lib/nodeforge/image.json",
            JsonSerializer.SerializeToUtf8Bytes(
                Document(plan, under, kubernetes, components, preloads),
                NodeRecordJson.Default.NodeImageRecord
            )
        );
    }

    /// <summary>What the image says of itself where nobody has to open it, <see cref="NodeImageLabels"/>, and the recipe's own
    /// labels.</summary>
    public static IReadOnlyDictionary<string, string> Labels(NodeImagePlan plan, NodeBase under, IReadOnlyList<NodeComponent> components)
    {
        Dictionary<string, string> labels = new() { [NodeImageLabels.Kubernetes] = plan.Recipe.Kubernetes.Version };
        foreach ((string name, string label) in new[] { ("containerd", NodeImageLabels.Containerd), ("systemd", NodeImageLabels.Systemd) })
        {
            // A tarball of the recipe's own stands over what the base has, of whichever version it is.
            string? version = components.LastOrDefault(component => component.Name == name) is { } own
                ? own.Version
                : under.Packages.FirstOrDefault(package => package.Name == name)?.Version;
            if (version is not null)
                labels[label] = version;
        }

        foreach ((string name, string value) in plan.Recipe.Contents.Labels)
            labels[name] = value;
        return labels;
    }

    /// <summary>The name of the preloaded pause image; null where there is none.</summary>
    public static string? SandboxOf(IReadOnlyList<NodePreload> preloads) =>
        preloads
            .SelectMany(preload => preload.References)
            .FirstOrDefault(reference => reference.Contains("/pause:", StringComparison.Ordinal));

    private static string NodeSettings(string version, IReadOnlyList<NodePreload> preloads)
    {
        KubernetesVersion kubernetes = KubernetesVersion.Parse(version);
        string sandbox = SandboxOf(preloads) is { } pause ? $"SANDBOX_IMAGE={pause}\n" : "";
        // kubelet and containerd have to agree.
        string cgroup = $"SYSTEMD_CGROUP={(Changes.SystemdCgroupDriver.HoldsFor(kubernetes) ? "true" : "false")}\n";
        // nodeforge-no-docker answers at once.
        string docker = Changes.AsksForDocker.HoldsFor(kubernetes)
            ? "KUBELET_ARGUMENTS=--docker=unix:///run/nodeforge/no-docker.sock\n"
            : "";
        return sandbox + cgroup + docker;
    }

    private static NodeImageRecord Document(
        NodeImagePlan plan,
        NodeBase under,
        KubernetesRelease kubernetes,
        IReadOnlyList<NodeComponent> components,
        IReadOnlyList<NodePreload> preloads
    ) =>
        new(
            1,
            plan.Name,
            plan.Platform.ToString(),
            plan.Recipe.Kubernetes.Version,
            plan.Digest,
            new(under.Origin, under.ImageId),
            [
                .. under.Packages.Select(package => new NodeComponent(package.Name, package.Version, package.Digest, package.Path)),
                .. components.Select(component => component with { Origin = Portable(component.Origin, plan) }),
                .. kubernetes
                    .Binaries.Values.OrderBy(program => program.Name, StringComparer.Ordinal)
                    .Select(program => new NodeComponent(
                        program.Name,
                        plan.Recipe.Kubernetes.Version,
                        program.Digest,
                        OriginOf(kubernetes, plan)
                    )),
            ],
            [
                .. preloads.Select(preload => new NodeImageReference(
                    preload.References,
                    preload.Image.Id,
                    preload.Image.Descriptor.Digest,
                    preload.Origin == kubernetes.Origin ? OriginOf(kubernetes, plan) : preload.Origin
                )
                {
                    SourceManifest = preload.SourceManifest,
                    Snapshot = preload.Unpacked?.ChainId,
                }),
            ]
        )
        {
            OpenClosure = plan.OpenClosure ? true : null,
        };

    // A path of the building machine must not reach the image: it would differ from one machine to the next.
    private static string OriginOf(KubernetesRelease kubernetes, NodeImagePlan plan) => Portable(kubernetes.Origin, plan);

    private static string Portable(string origin, NodeImagePlan plan) =>
        Path.IsPathRooted(origin) ? Path.GetRelativePath(Path.GetDirectoryName(plan.Recipe.File)!, origin) : origin;
}

/// <summary><c>/usr/lib/nodeforge/image.json</c>; docs/node-image.md has the format.</summary>
/// <param name="Closure">Every image that a cluster made from this one can ask for.</param>
internal sealed record NodeImageRecord(
    int SchemaVersion,
    string Name,
    string Platform,
    string KubernetesVersion,
    Digest Plan,
    NodeBaseRecord Base,
    IReadOnlyList<NodeComponent> Components,
    IReadOnlyList<NodeImageReference> Closure
)
{
    /// <summary>True where clusters can ask for more than the closure has, and the build was told to let that be; else null.</summary>
    public bool? OpenClosure { get; init; }
}

internal sealed record NodeBaseRecord(string Origin, Digest ImageId);

/// <param name="Version">Null for a tarball of its own whose version the recipe does not say.</param>
internal sealed record NodeComponent(string Name, string? Version, Digest Digest, string Origin);

internal sealed record NodeImageReference(IReadOnlyList<string> References, Digest ImageId, Digest Manifest, string Origin)
{
    /// <summary>The manifest at the origin, which signatures are of; null where the node has the same.</summary>
    public Digest? SourceManifest { get; init; }

    /// <summary>Names the folder of its files below <c>/usr/lib/nodeforge/snapshots</c>; null where containerd unpacks the image.</summary>
    public Digest? Snapshot { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    WriteIndented = true,
    NewLine = "\n",
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(NodeImageRecord))]
internal sealed partial class NodeRecordJson : JsonSerializerContext;
