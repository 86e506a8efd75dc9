namespace NodeForge.Containerd.Configuration;

/// <summary>Where a setting of the CRI lies in versions 3 and 4 of the file, which have a plugin for images and one for containers beside
/// that of the server.</summary>
/// <remarks>
/// Source: the migrations of containerd itself, <c>plugins/cri/images/plugin.go</c>, <c>plugins/cri/runtime/plugin.go</c> and
/// <c>plugins/cri/cri.go</c> of 2.3.4, each
/// <c>migrateConfig</c>. Version 4 has the same names as 3 for all of these; it moved <c>grpc</c>, <c>ttrpc</c>, <c>debug</c> and
/// <c>metrics</c>
/// (<c>cmd/containerd/server/config/config.go</c>, <c>serviceMigrate</c>).
/// </remarks>
public static class CriSettings
{
    /// <summary>The one plugin of version 2, and that of the server alone later.</summary>
    public const string Server = "io.containerd.grpc.v1.cri";

    public const string Images = "io.containerd.cri.v1.images";

    public const string Runtime = "io.containerd.cri.v1.runtime";

    // The part of the plugin about containerd itself, which is divided too.
    private const string Containerd = "containerd";

    private static readonly HashSet<string> OfServer =
    [
        "disable_tcp_service",
        "stream_server_address",
        "stream_server_port",
        "stream_idle_timeout",
        "enable_tls_streaming",
        "x509_key_pair_streaming",
    ];

    private static readonly HashSet<string> OfImages =
    [
        "registry",
        "image_decryption",
        "max_concurrent_downloads",
        "image_pull_progress_timeout",
        "image_pull_with_sync_fs",
        "stats_collect_period",
    ];

    private static readonly HashSet<string> OfImagesBelowContainerd =
    [
        "snapshotter",
        "disable_snapshot_annotations",
        "discard_unpacked_layers",
    ];

    /// <summary>The keys below <c>plugins</c> at which later versions have what version 2 has at some keys below its one plugin.</summary>
    public static IReadOnlyList<string> Place(IReadOnlyList<string> keys) =>
        keys switch
        {
            ["sandbox_image"] => [Images, "pinned_images", "sandbox"],
            [var key, ..] when OfServer.Contains(key) => [Server, .. keys],
            [var key, ..] when OfImages.Contains(key) => [Images, .. keys],
            [Containerd, var key, ..] when OfImagesBelowContainerd.Contains(key) => [Images, .. keys.Skip(1)],
            _ => [Runtime, .. keys],
        };

    /// <summary>Whether a table of version 2 comes apart: what is in it goes to several places.</summary>
    public static bool IsDivided(IReadOnlyList<string> keys) => keys is [] or [Containerd];
}
