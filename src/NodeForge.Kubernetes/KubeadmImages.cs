namespace NodeForge.Kubernetes;

/// <summary>The images that kubeadm wants beside those of its own release: etcd, CoreDNS and pause, by name as it asks for them.</summary>
/// <remarks>
/// A row is what <c>cmd/kubeadm/app/constants/constants.go</c> says at the tag <c>v1.MINOR.PATCH</c> (DefaultEtcdVersion or
/// SupportedEtcdVersion, CoreDNSVersion, PauseVersion), and holds until the next row. The rows come from minikube's record of <c>kubeadm
/// config images list</c>
/// (<c>pkg/minikube/constants/constants_kubeadm_images.go</c>, 2026-08-23), which has every release from v1.20.0 on, and agree with the
/// constants of
/// release-1.31 to release-1.36.
/// </remarks>
/// <param name="Etcd">etcd's tag.</param>
/// <param name="Dns">CoreDNS's tag.</param>
/// <param name="Pause">pause's tag.</param>
public sealed record KubeadmImages(string Etcd, string Dns, string Pause)
{
    private static readonly (int Minor, int Patch, KubeadmImages Images)[] Rows =
    [
        (20, 0, new("3.4.13-0", "1.7.0", "3.2")),
        (21, 0, new("3.4.13-0", "v1.8.0", "3.4.1")),
        (22, 0, new("3.5.0-0", "v1.8.4", "3.5")),
        (22, 17, new("3.5.6-0", "v1.8.4", "3.5")),
        (23, 0, new("3.5.1-0", "v1.8.6", "3.6")),
        (23, 14, new("3.5.5-0", "v1.8.6", "3.6")),
        (23, 15, new("3.5.6-0", "v1.8.6", "3.6")),
        (24, 0, new("3.5.3-0", "v1.8.6", "3.7")),
        (24, 8, new("3.5.5-0", "v1.8.6", "3.7")),
        (24, 9, new("3.5.6-0", "v1.8.6", "3.7")),
        (25, 0, new("3.5.4-0", "v1.9.3", "3.8")),
        (25, 4, new("3.5.5-0", "v1.9.3", "3.8")),
        (25, 5, new("3.5.6-0", "v1.9.3", "3.8")),
        (25, 15, new("3.5.9-0", "v1.9.3", "3.8")),
        (26, 0, new("3.5.6-0", "v1.9.3", "3.9")),
        (26, 10, new("3.5.9-0", "v1.9.3", "3.9")),
        (26, 13, new("3.5.10-0", "v1.9.3", "3.9")),
        (27, 0, new("3.5.7-0", "v1.10.1", "3.9")),
        (27, 7, new("3.5.9-0", "v1.10.1", "3.9")),
        (27, 10, new("3.5.10-0", "v1.10.1", "3.9")),
        (27, 12, new("3.5.12-0", "v1.10.1", "3.9")),
        (28, 0, new("3.5.9-0", "v1.10.1", "3.9")),
        (28, 6, new("3.5.10-0", "v1.10.1", "3.9")),
        (28, 8, new("3.5.12-0", "v1.10.1", "3.9")),
        (28, 14, new("3.5.15-0", "v1.10.1", "3.9")),
        (29, 0, new("3.5.10-0", "v1.11.1", "3.9")),
        (29, 3, new("3.5.12-0", "v1.11.1", "3.9")),
        (29, 9, new("3.5.15-0", "v1.11.1", "3.9")),
        (29, 11, new("3.5.16-0", "v1.11.1", "3.9")),
        (30, 0, new("3.5.12-0", "v1.11.1", "3.9")),
        (30, 5, new("3.5.15-0", "v1.11.3", "3.9")),
        (31, 0, new("3.5.15-0", "v1.11.1", "3.10")),
        (31, 1, new("3.5.15-0", "v1.11.3", "3.10")),
        (31, 14, new("3.5.24-0", "v1.11.3", "3.10")),
        (32, 0, new("3.5.16-0", "v1.11.3", "3.10")),
        (32, 10, new("3.5.24-0", "v1.11.3", "3.10")),
        (33, 0, new("3.5.21-0", "v1.12.0", "3.10")),
        (33, 6, new("3.5.24-0", "v1.12.0", "3.10")),
        (34, 0, new("3.6.4-0", "v1.12.1", "3.10.1")),
        (34, 2, new("3.6.5-0", "v1.12.1", "3.10.1")),
        (35, 0, new("3.6.6-0", "v1.13.1", "3.10.1")),
        (36, 0, new("3.6.8-0", "v1.14.2", "3.10.2")),
        (37, 0, new("3.7.0-0", "v1.14.6", "3.10.2")), // of v1.37.0-rc.0
    ];

    /// <summary>The last patch of each minor that is on record: of a later one nobody has seen yet what its kubeadm wants.</summary>
    private static readonly Dictionary<int, int> LastSeen = new()
    {
        [20] = 15,
        [21] = 14,
        [22] = 17,
        [23] = 17,
        [24] = 17,
        [25] = 16,
        [26] = 15,
        [27] = 16,
        [28] = 15,
        [29] = 15,
        [30] = 14,
        [31] = 14,
        [32] = 13,
        [33] = 13,
        [34] = 10,
        [35] = 7,
        [36] = 3,
    };

    /// <summary>The registry with its path, without a slash at the end.</summary>
    public string Registry { get; private init; } = "registry.k8s.io";

    /// <summary>Whether a release of just this version is on record; false where the answer is that of an earlier one.</summary>
    public bool IsCertain { get; private init; }

    public string EtcdReference => $"{Registry}/etcd:{Etcd}";

    // An image of CoreDNS's own repository since 1.21, where tags have a v.
    public string DnsReference => Dns[0] == 'v' ? $"{Registry}/coredns/coredns:{Dns}" : $"{Registry}/coredns:{Dns}";

    public string PauseReference => $"{Registry}/pause:{Pause}";

    public IReadOnlyList<string> References => [DnsReference, EtcdReference, PauseReference];

    /// <summary>What the kubeadm of a version wants; null for minors that are not on record.</summary>
    public static KubeadmImages? Of(KubernetesVersion version)
    {
        if (version.Major != 1)
            return null;
        KubeadmImages? found = Rows.LastOrDefault(row => row.Minor == version.Minor && row.Patch <= version.Patch).Images;
        return found is null
            ? null
            : found with
            {
                Registry = AsksTheOldRegistry(version) ? "k8s.gcr.io" : "registry.k8s.io",
                IsCertain = !version.IsPrerelease && LastSeen.TryGetValue(version.Minor, out int last) && version.Patch <= last,
            };
    }

    // The default moved in 1.25, and in the patch releases of December 2022
    // (kubernetes.io/blog/2022/11/28/registry-k8s-io-faster-cheaper-ga).
    private static bool AsksTheOldRegistry(KubernetesVersion version) =>
        version.Minor switch
        {
            22 => version.Patch < 17,
            23 => version.Patch < 15,
            24 => version.Patch < 9,
            var minor => minor < 25,
        };
}
