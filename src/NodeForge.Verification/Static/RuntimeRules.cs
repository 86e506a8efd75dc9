using System.Text.Json.Nodes;
using NodeForge.Containerd.Configuration;

namespace NodeForge.Verification.Static;

/// <summary>What one version of containerd makes of its configuration: what it ignores, and what contradicts.</summary>
/// <remarks>Sources: containerd RELEASES.md ("Daemon Configuration", "Deprecated config properties"), docs/cri/config.md, and the CRI's own
/// validation (internal/cri/config/config.go).</remarks>
internal sealed class RuntimeRules(
    RuntimeConfiguration configuration,
    SoftwareVersion? containerd,
    Action<ErrorCode, string, string, string?> told
)
{
    private static readonly (string Key, string Instead)[] GoneInTwo =
    [
        ("systemd_cgroup", "SystemdCgroup in the options of the runtime"),
        ("disable_cgroup", "delegation of cgroup v2"),
    ];

    private static readonly (string Key, string Instead)[] GoneOfContainerd =
    [
        ("untrusted_workload_runtime", "a runtime called untrusted"),
        ("default_runtime", "default_runtime_name"),
    ];

    private static readonly (string Key, string Instead)[] GoneOfRuntimes =
    [
        ("runtime_engine", "BinaryName in its options"),
        ("runtime_root", "Root in its options"),
    ];

    public void Judge()
    {
        JudgeVersion();
        JudgePlugins();
        JudgeMoved();
        JudgeRemoved();
        JudgeRegistry();
        JudgeRuntimes();
        JudgeDisabled();
        JudgeKeys();
    }

    private void JudgeKeys()
    {
        foreach (UnreadKey key in RuntimeKeys.Unread(configuration, containerd))
        {
            string what = key.IsKnown
                ? "a setting is of a later containerd than the one inside, and is ignored"
                : "a setting is one that no containerd knows, and is ignored";
            told(ErrorCodes.RuntimeKeyIgnored, what, $"{key.Key} in {key.Table}", key.Instead);
        }
    }

    private void JudgeVersion()
    {
        int newest = ConfigurationVersion
            .Rows.First(row => containerd is not { } version || version.IsAtLeast(row.Major, row.Minor))
            .Version;
        if (configuration.Version > newest)
            told(
                ErrorCodes.RuntimeConfigurationVersion,
                "the configuration is of a version that this containerd does not read",
                $"version = {configuration.Version}",
                $"at most version = {newest} for containerd {containerd}"
            );
    }

    // The names of plugins belong to a version of the file; one of another version is read by nobody.
    private void JudgePlugins()
    {
        foreach ((string plugin, JsonNode? settings) in configuration.Plugins ?? [])
        {
            string? instead = (configuration.Version, plugin) switch
            {
                (1, RuntimeConfiguration.Cri2 or RuntimeConfiguration.Images or RuntimeConfiguration.Runtime) =>
                    "version = 2 at the top of the file: without it the file is of version 1, whose plugin is called cri",
                (2, RuntimeConfiguration.Cri1) or (>= 3, RuntimeConfiguration.Cri1) => configuration.RuntimePlugin,
                (2, RuntimeConfiguration.Images or RuntimeConfiguration.Runtime) =>
                    $"{RuntimeConfiguration.Cri2}, or version = 3 for a containerd of version 2",
                _ => null,
            };
            if (instead is not null)
                told(
                    ErrorCodes.RuntimeKeyIgnored,
                    "a plugin's section has the name of another version of the file, and is ignored",
                    $"[plugins.\"{plugin}\"] in a file of version {configuration.Version}",
                    instead
                );
            if (configuration.IsSplit && plugin == RuntimeConfiguration.Cri2 && settings is JsonObject table)
            {
                foreach (string key in table.Select(static pair => pair.Key).Where(key => CriSettings.Place([key])[0] != plugin))
                    told(
                        ErrorCodes.RuntimeKeyIgnored,
                        "a setting moved in version 3 of the file, and is ignored where it is",
                        $"{key} in [plugins.\"{plugin}\"]",
                        MovedTo(key)
                    );
            }
        }
    }

    private static string MovedTo(string key) =>
        CriSettings.Place([key]) switch
        {
            [var plugin, var table, var name] => $"{name} in [plugins.\"{plugin}\".{table}]",
            var place => $"[plugins.\"{place[0]}\"]",
        };

    private void JudgeMoved()
    {
        if (!configuration.IsSplit && configuration.ImageSettings?["pinned_images"] is not null)
            told(
                ErrorCodes.RuntimeKeyIgnored,
                "the sandbox image is set where version 3 of the file has it, and is ignored",
                $"pinned_images in a file of version {configuration.Version}",
                "sandbox_image"
            );
        if (configuration.IsSplit && configuration.ImageSettings?["sandbox_image"] is not null)
            told(
                ErrorCodes.RuntimeKeyIgnored,
                "a setting moved in version 3 of the file, and is ignored where it is",
                $"sandbox_image in [plugins.\"{RuntimeConfiguration.Images}\"]",
                MovedTo("sandbox_image")
            );
        if (configuration.IsSplit && (configuration.RuntimeSettings?["containerd"] as JsonObject)?["snapshotter"] is not null)
            told(
                ErrorCodes.RuntimeKeyIgnored,
                "a setting moved in version 3 of the file, and is ignored where it is",
                $"snapshotter in [plugins.\"{RuntimeConfiguration.Runtime}\".containerd]",
                $"snapshotter in [plugins.\"{RuntimeConfiguration.Images}\"]"
            );
        if (configuration.RuntimeSettings?["cni"] is JsonObject cni && cni["bin_dir"] is not null && cni["bin_dirs"] is not null)
            told(
                ErrorCodes.RuntimeKeysContradict,
                "the folders of CNI plugins are given in two ways",
                "bin_dir and bin_dirs",
                "bin_dirs from containerd 2.1 on, bin_dir before"
            );
    }

    private void JudgeRemoved()
    {
        bool two = containerd?.IsAtLeast(2, 0) == true;
        foreach (
            (string key, string instead) in GoneInTwo.Where(gone =>
                configuration.RuntimeSettings?[gone.Key] is JsonValue value && value.TryGetValue(out bool set) && set
            )
        )
        {
            if (two)
                told(ErrorCodes.RuntimeKeyIgnored, "a setting was taken out in containerd 2.0, and is ignored", key, instead);
            else if (key == "systemd_cgroup")
                told(
                    ErrorCodes.RuntimeKeysContradict,
                    "a setting of runtimes that are gone keeps the CRI plugin from starting",
                    key,
                    instead
                );
        }

        if (!two)
            return;
        foreach (
            (string key, string instead) in GoneOfContainerd.Where(gone =>
                (configuration.RuntimeSettings?["containerd"] as JsonObject)?[gone.Key] is not null
            )
        )
            told(ErrorCodes.RuntimeKeyIgnored, "a setting was taken out in containerd 2.0, and is ignored", key, instead);
        foreach ((string name, JsonNode? runtime) in configuration.Runtimes ?? [])
        {
            foreach ((string key, string instead) in GoneOfRuntimes.Where(gone => (runtime as JsonObject)?[gone.Key] is not null))
                told(
                    ErrorCodes.RuntimeKeyIgnored,
                    "a setting was taken out in containerd 2.0, and is ignored",
                    $"{key} of the runtime {name}",
                    instead
                );
        }
    }

    private void JudgeRegistry()
    {
        if (configuration.RegistryFolder is not { } folder)
            return;
        foreach (string key in new[] { "mirrors", "configs" }.Where(key => configuration.Registry?[key] is JsonObject { Count: > 0 }))
            told(
                ErrorCodes.RuntimeKeysContradict,
                "registries are configured in two ways: the CRI plugin does not start",
                $"registry.{key} beside registry.config_path",
                $"hosts.toml files below {folder} alone"
            );
    }

    private void JudgeRuntimes()
    {
        if (configuration.RuntimeSettings is null)
            return;
        string wanted = configuration.DefaultRuntime;
        if (configuration.Runtimes is { } runtimes && runtimes[wanted] is null)
            told(
                ErrorCodes.RuntimeKeysContradict,
                "the default runtime is none of the runtimes: the CRI plugin does not start",
                wanted,
                string.Join(", ", runtimes.Select(static pair => pair.Key))
            );
        foreach ((string name, JsonNode? runtime) in configuration.Runtimes ?? [])
        {
            if (runtime is JsonObject table && table["SystemdCgroup"] is not null)
                told(
                    ErrorCodes.RuntimeKeyIgnored,
                    "the cgroup driver is set where nobody reads it",
                    $"SystemdCgroup of the runtime {name}",
                    $"SystemdCgroup in [… .runtimes.{name}.options]"
                );
        }
    }

    private void JudgeDisabled()
    {
        string[] needed =
            configuration.Version == 1
                ? [RuntimeConfiguration.Cri1]
                : [RuntimeConfiguration.Cri1, RuntimeConfiguration.Cri2, RuntimeConfiguration.Images, RuntimeConfiguration.Runtime];
        foreach (
            string plugin in (configuration.Root["disabled_plugins"] as JsonArray ?? [])
                .Select(static item => RuntimeConfiguration.Text(item))
                .OfType<string>()
                .Where(needed.Contains)
        )
            told(
                ErrorCodes.RuntimeKeysContradict,
                "the plugin that the kubelet speaks to is switched off",
                $"\"{plugin}\" in disabled_plugins",
                "none of the CRI's plugins there"
            );
    }
}
