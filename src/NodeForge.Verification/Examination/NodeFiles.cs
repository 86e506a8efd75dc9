using NodeForge.Containerd.Preload;

namespace NodeForge.Verification.Examination;

/// <summary>Where a node image has what it says of itself (docs/node-image.md).</summary>
internal static class NodeFiles
{
    public const string Record = "usr/lib/nodeforge/image.json";
    public const string Settings = "usr/lib/nodeforge/node.env";
    public const string Version = "kind/version";
    public const string Manifests = "kind/manifests/";
    public const string StaticPods = "etc/kubernetes/manifests/";
    public const string RuntimeConfiguration = "etc/containerd/config.toml";
    public const string PackageInfo = "var/lib/dpkg/info/";
    public const string PackageStatus = "var/lib/dpkg/status";
    public const string SystemRelease = "etc/os-release";
    public const string Snapshots = "usr/lib/nodeforge/snapshots/";
    public const string Store = "var/lib/containerd";
    public const string StoreMetadata = Store + "/" + ContainerdPaths.Metadata;
    public const string StoreBlobs = Store + "/io.containerd.content.v1.content/blobs/sha256/";

    /// <summary>Whether a file lists what a Debian package brought.</summary>
    public static bool IsPackageList(string path) =>
        path.StartsWith(PackageInfo, StringComparison.Ordinal) && path.EndsWith(".list", StringComparison.Ordinal);

    /// <summary>Whether a path belongs to the files of a preloaded image, which are that image's and not the node's.</summary>
    public static bool IsOfPreloaded(string path) => path.StartsWith(Snapshots, StringComparison.Ordinal);
}
