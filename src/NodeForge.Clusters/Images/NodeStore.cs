using NodeForge.Clusters.Nodes;
using NodeForge.Oci;

namespace NodeForge.Clusters.Images;

/// <summary>What a node's containerd has: blobs and images of the kubelet's namespace, and where it unpacks to.</summary>
internal sealed record NodeStore(
    ClusterNode Node,
    Platform Platform,
    string Snapshotter,
    IReadOnlySet<Digest> Blobs,
    IReadOnlyDictionary<string, Digest> Images
)
{
    // One call for everything: each costs more than what runs in it.
    private const string Script = """
        set -e
        uname -m
        echo =====
        ctr --namespace k8s.io content list --quiet
        echo =====
        ctr --namespace k8s.io images list
        echo =====
        containerd config dump
        """;

    public static async Task<NodeStore> ReadAsync(ClusterNode node, CancellationToken cancellationToken) =>
        Parse(node, await node.RunAsync(["sh", "-c", Script], cancellationToken).ConfigureAwait(false));

    internal static NodeStore Parse(ClusterNode node, string text)
    {
        string[] parts = text.Split("=====\n", 4);
        if (parts.Length < 4)
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.NodeProgramFailed, "the node did not say what its containerd has")
                {
                    Where = new(node.Name),
                    Got = $"{parts.Length} parts",
                    Want = "4",
                }
            );
        HashSet<Digest> blobs = [];
        foreach (string line in Lines(parts[1]))
        {
            if (Digest.TryParse(line, out Digest digest))
                blobs.Add(digest);
        }

        Dictionary<string, Digest> images = new(StringComparer.Ordinal);
        foreach (string[] columns in Lines(parts[2]).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
        {
            if (columns.Length > 2 && Digest.TryParse(columns[2], out Digest target))
                images[columns[0]] = target;
        }

        return new(node, PlatformOf(parts[0].Trim()), SnapshotterOf(parts[3]), blobs, images);
    }

    /// <summary>Whether the name stands for an image with this configuration: the CRI names each image by its configuration too.</summary>
    public bool Has(string name, Digest imageId) =>
        Images.TryGetValue(name, out Digest target)
        && (target == imageId || (Images.TryGetValue(imageId.ToString(), out Digest same) && same == target));

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static Platform PlatformOf(string machine) =>
        machine switch
        {
            "x86_64" => Platform.LinuxAmd64,
            "aarch64" => Platform.LinuxArm64,
            "armv7l" or "armv8l" => new("arm", "linux") { Variant = "v7" },
            "i686" => new("386", "linux"),
            _ => new(machine, "linux"),
        };

    // The CRI's, in the section of containerd 1.x or of 2.x; other plugins have snapshotters of their own.
    private static string SnapshotterOf(string configuration)
    {
        bool within = false;
        foreach (string line in Lines(configuration))
        {
            if (line.StartsWith('['))
            {
                string section = line.Replace('\'', '"');
                within = section is "[plugins.\"io.containerd.grpc.v1.cri\".containerd]" or "[plugins.\"io.containerd.cri.v1.images\"]";
            }
            else if (within && line.Split('=', 2, StringSplitOptions.TrimEntries) is ["snapshotter", string value])
                return value.Trim('"', '\'');
        }

        return "overlayfs";
    }
}
