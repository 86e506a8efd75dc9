using System.Text.RegularExpressions;
using NodeForge.Oci;

namespace NodeForge.Verification.Examination;

/// <summary>What is wanted of a file's content; it comes by once.</summary>
/// <param name="Keep">Bytes up to which it is kept whole; 0 keeps nothing.</param>
internal sealed partial record FileInterest(int Keep)
{
    public static readonly FileInterest None = new(0);

    private const int Text = 1 << 20;
    private const int Record = 4 << 20;
    private const int Packages = 16 << 20;
    private const int Database = 64 << 20;

    private static readonly FileInterest Program = new(0) { Hash = true, Versions = true };
    private static readonly FileInterest SmallText = new(Text);

    private static readonly HashSet<string> Programs = new(StringComparer.Ordinal)
    {
        "kubelet",
        "kubeadm",
        "kubectl",
        "containerd",
        "runc",
        "crictl",
        "bridge",
        "host-local",
        "loopback",
        "portmap",
        "ptp",
    };

    private static readonly string[] TextFolders =
    [
        "etc/systemd/system/",
        "usr/lib/systemd/system/",
        "lib/systemd/system/",
        "etc/containerd/",
        "etc/kubernetes/",
        "etc/default/",
        "etc/cni/net.d/",
        "kind/",
    ];

    /// <summary>Whether its digest is held against something.</summary>
    public bool Hash { get; init; }

    /// <summary>Whether it is a program whose version is held against something.</summary>
    public bool Versions { get; init; }

    /// <summary>The name of a blob of a preloaded image: kept where it may be a document.</summary>
    public Digest? Blob { get; init; }

    /// <summary>Whether it is an archive of images.</summary>
    public bool Archive { get; init; }

    /// <param name="path">As a layer has it.</param>
    public static FileInterest Of(string path)
    {
        if (BlobPath().Match(path) is { Success: true } blob)
            return new(ArchivedImages.LongestDocument) { Hash = true, Blob = Digest.Parse("sha256:" + blob.Groups[1].Value) };
        if (ArchivePath().IsMatch(path))
            return new(0) { Archive = true };
        int slash = path.LastIndexOf('/');
        if (slash > 0 && ProgramFolder().IsMatch(path[..slash]) && Programs.Contains(path[(slash + 1)..]))
            return Program;
        return path switch
        {
            NodeFiles.Record => new(Record),
            NodeFiles.PackageStatus => new(Packages),
            NodeFiles.StoreMetadata => new(Database),
            NodeFiles.Settings
            or NodeFiles.SystemRelease
            or "usr/lib/os-release"
            or "etc/machine-id"
            or "var/lib/dbus/machine-id"
            or "etc/resolv.conf"
            or "etc/hostname" => SmallText,
            _ when path.StartsWith("var/lib/dpkg/status.d/", StringComparison.Ordinal) || NodeFiles.IsPackageList(path) => SmallText,
            _ when Array.Exists(TextFolders, folder => path.StartsWith(folder, StringComparison.Ordinal)) => SmallText,
            _ => None,
        };
    }

    [GeneratedRegex(@"\A(?:usr/lib/nodeforge/blobs|var/lib/containerd/io\.containerd\.content\.v1\.content/blobs)/sha256/([0-9a-f]{64})\z")]
    private static partial Regex BlobPath();

    [GeneratedRegex(@"\A(?:usr/lib/nodeforge|kind)/images/[^/]+\.tar\z")]
    private static partial Regex ArchivePath();

    [GeneratedRegex(@"\A(?:usr/(?:local/)?s?bin|s?bin|usr/lib/cni|opt/cni/bin)\z")]
    private static partial Regex ProgramFolder();
}
