using System.Globalization;
using System.Text.Json.Nodes;
using NodeForge.Documents;

namespace NodeForge.Verification.Static;

/// <summary>A key that the containerd inside does not read.</summary>
/// <param name="Table">Where it stands, as TOML writes it.</param>
/// <param name="Key">The key.</param>
/// <param name="Instead">The containerd that reads it, or the key that was probably meant.</param>
/// <param name="IsKnown">Whether a later containerd reads it.</param>
internal sealed record UnreadKey(string Table, string Key, string? Instead, bool IsKnown);

/// <summary>Every key of containerd's configuration that a node's file has to do with, and since when it is read: 1.6 has those without a
/// version.</summary>
/// <remarks>
/// Read from the fields of the sources at v1.6.39, v1.7.34, v2.0.11, v2.1.9, v2.2.7 and v2.3.4 on 2026-11-28: pkg/cri/config/config.go and
/// internal/cri/config (ImageConfig, RuntimeConfig,
/// ContainerdConfig, Runtime, CniConfig, Registry), services/server/config/config.go and cmd/containerd/server/config/config.go (Config).
/// What was taken out again is in <see cref="RuntimeRules"/>.
/// </remarks>
internal static class RuntimeKeys
{
    private static readonly Dictionary<string, SoftwareVersion?> File = Read(
        "version root state temp plugin_dir grpc ttrpc debug metrics disabled_plugins required_plugins plugins oom_score cgroup proxy_plugins timeouts imports stream_processors"
    );

    private static readonly Dictionary<string, SoftwareVersion?> Images = Read(
        "snapshotter disable_snapshot_annotations discard_unpacked_layers sandbox_image pinned_images runtime_platforms registry image_decryption max_concurrent_downloads stats_collect_period"
            + " image_pull_progress_timeout@1.7 image_pull_with_sync_fs@1.7 concurrent_layer_fetch_buffer@2.1 use_local_image_pull@2.1"
    );

    private static readonly Dictionary<string, SoftwareVersion?> Runtime = Read(
        "containerd cni enable_selinux selinux_category_range max_container_log_line_size disable_cgroup disable_apparmor restrict_oom_score_adj disable_proc_mount unset_seccomp_profile"
            + " tolerate_missing_hugetlb_controller disable_hugetlb_controller device_ownership_from_security_context ignore_image_defined_volumes netns_mounts_under_state_dir enable_unprivileged_ports"
            + " enable_unprivileged_icmp drain_exec_sync_io_timeout ignore_deprecation_warnings systemd_cgroup enable_cdi@1.7 cdi_spec_dirs@1.7 enable_criu@2.2 enable_experimental_restore_via_create@2.2"
            + " stats_collect_period@2.3 stats_retention_period@2.3"
    );

    private static readonly Dictionary<string, SoftwareVersion?> Server = Read(
        "disable_tcp_service stream_server_address stream_server_port stream_idle_timeout enable_tls_streaming x509_key_pair_streaming"
    );

    private static readonly Dictionary<string, SoftwareVersion?> Containerd = Read(
        "default_runtime_name runtimes ignore_rdt_not_enabled_errors ignore_blockio_not_enabled_errors@1.7"
            + " snapshotter default_runtime untrusted_workload_runtime no_pivot disable_snapshot_annotations discard_unpacked_layers"
    );

    private static readonly Dictionary<string, SoftwareVersion?> OneRuntime = Read(
        "runtime_type runtime_path runtime_engine runtime_root pod_annotations container_annotations options privileged_without_host_devices base_runtime_spec cni_conf_dir cni_max_conf_num SystemdCgroup"
            + " privileged_without_host_devices_all_devices_allowed@1.7 snapshotter@1.7 sandbox_mode@1.7 sandboxer@2.0 io_type@2.0 cgroup_writable@2.1"
    );

    private static readonly Dictionary<string, SoftwareVersion?> Cni = Read(
        "bin_dir conf_dir max_conf_num conf_template ip_pref setup_serially@1.7 use_internal_loopback@2.0 bin_dirs@2.1"
    );

    private static readonly Dictionary<string, SoftwareVersion?> Registry = Read("config_path mirrors configs auths headers");

    // Before version 3 of the file one plugin has them all.
    private static readonly Dictionary<string, SoftwareVersion?> Whole = Images
        .Concat(Runtime)
        .Concat(Server)
        .GroupBy(static pair => pair.Key)
        .ToDictionary(static group => group.Key, static group => group.First().Value);

    /// <param name="configuration">The file.</param>
    /// <param name="containerd">The containerd inside; null where nobody says: then only keys are told that none knows.</param>
    public static IEnumerable<UnreadKey> Unread(RuntimeConfiguration configuration, SoftwareVersion? containerd)
    {
        string images = Table(configuration.ImagesPlugin);
        string runtime = Table(configuration.RuntimePlugin);
        IEnumerable<(string Table, JsonNode? Settings, Dictionary<string, SoftwareVersion?> Known)> tables =
        [
            ("the file", configuration.Root, File),
            (runtime, configuration.RuntimeSettings, configuration.IsSplit ? Runtime : Whole),
            .. configuration.IsSplit
                ? [(images, (JsonNode?)configuration.ImageSettings, Images)]
                : Array.Empty<(string, JsonNode?, Dictionary<string, SoftwareVersion?>)>(),
            (runtime + ".containerd", configuration.RuntimeSettings?["containerd"], Containerd),
            (runtime + ".cni", configuration.RuntimeSettings?["cni"], Cni),
            (images + ".registry", configuration.Registry, Registry),
            .. (configuration.Runtimes ?? []).Select(one => ($"{runtime}.containerd.runtimes.{one.Key}", one.Value, OneRuntime)),
        ];
        return tables.SelectMany(table =>
            (table.Settings as JsonObject ?? []).Select(pair => Judge(table.Table, pair.Key, table.Known, containerd)).OfType<UnreadKey>()
        );
    }

    private static UnreadKey? Judge(string table, string key, Dictionary<string, SoftwareVersion?> known, SoftwareVersion? containerd)
    {
        if (!known.TryGetValue(key, out SoftwareVersion? since))
            return new(table, key, DidYouMean.Nearest(key, known.Keys), IsKnown: false);
        return since is { } first && containerd is { } inside && inside < first
            ? new(
                table,
                key,
                string.Create(CultureInfo.InvariantCulture, $"containerd {first.Major}.{first.Minor} or later"),
                IsKnown: true
            )
            : null;
    }

    private static string Table(string plugin) => $"plugins.\"{plugin}\"";

    private static Dictionary<string, SoftwareVersion?> Read(string keys) =>
        keys.Split(' ')
            .Select(static key => key.Split('@'))
            .ToDictionary(static parts => parts[0], static parts => parts is [_, var version] ? SoftwareVersion.Of(version) : null);
}
