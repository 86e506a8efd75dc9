using NodeForge.Oci.Tar;
using NodeForge.Verification.Examination;

namespace NodeForge.Verification.Static;

/// <summary>Whoever a pod runs as can reach what pods are given of the node: every folder on the way lets everybody through.</summary>
/// <remarks>An image that is unpacked by hand with a closed root is the usual way to get this wrong: everything works as root, and a
/// control plane that is not root does not start.</remarks>
internal sealed class PodPathCheck : ImageCheck
{
    private const int OthersEnter = 1;

    // Not /etc/cni/net.d: containerd makes it with mode 0700 where it is not there, and what writes into it is root.
    // What kubeadm mounts into static pods (cmd/kubeadm/app/phases/controlplane/volumes.go), what add-ons mount, and the folders in which
    // nodes keep what pods mount.
    private static readonly string[] Paths =
    [
        "etc/ssl/certs",
        "etc/ca-certificates",
        "usr/share/ca-certificates",
        "usr/local/share/ca-certificates",
        "etc/pki",
        "opt/cni/bin",
        "usr/lib/cni",
        "usr/lib/modules",
        "etc/localtime",
        "usr/share/zoneinfo",
        "etc/resolv.conf",
        "etc/hosts",
        "var/lib",
        "var/log",
        "usr/bin",
        "usr/sbin",
    ];

    public override string Group => "rights";

    public override string Name => "folders that pods reach";

    protected override void Run(ExaminedImage image, Findings findings)
    {
        if (!image.IsNode)
        {
            findings.Skip("no node image");
            return;
        }

        HashSet<string> looked = new(StringComparer.Ordinal);
        if (image.Layers.LastOrDefault(static layer => layer.RootMode >= 0) is { } root && (root.RootMode & OthersEnter) == 0)
            findings.Add(Closed(image, "/", root.RootMode));
        IEnumerable<string> snapshots = image
            .Below(NodeFiles.Snapshots)
            .Where(static entry => entry.Header.Kind == TarEntryKind.Directory && IsRoot(entry.Header.Path))
            .Select(static entry => entry.Header.Path);
        foreach (string path in Paths.Concat(snapshots))
            Walk(image, findings, path, looked);
        findings.Summary = $"{looked.Count} folders";
    }

    // snapshots/<hex>/fs: the root of a container's own file system.
    private static bool IsRoot(string path) =>
        path.EndsWith("/fs", StringComparison.Ordinal)
        && path.Count(static letter => letter == '/') == NodeFiles.Snapshots.Count(static letter => letter == '/') + 1;

    private static void Walk(ExaminedImage image, Findings findings, string path, HashSet<string> looked)
    {
        string real = image.Real(path) ?? "";
        for (int end = real.Length == 0 ? -1 : 0; end >= 0; )
        {
            end = real.IndexOf('/', end + 1);
            string folder = end < 0 ? real : real[..end];
            if (image.Tree.Find(folder) is not { Header: { Kind: TarEntryKind.Directory } header } || !looked.Add(folder))
                continue;
            if ((header.Mode & OthersEnter) == 0)
                findings.Add(Closed(image, "/" + folder, header.Mode));
        }
    }

    private static Diagnostic Closed(ExaminedImage image, string folder, int mode) =>
        new(ErrorCodes.PodPathClosed, "a folder on the way to what pods need lets nobody through but its owner")
        {
            Where = image.Where(folder),
            Got = $"mode {Convert.ToString(mode, 8)}",
            Want = "mode 755",
        };
}
