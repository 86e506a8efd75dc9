using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Nodes;

namespace NodeForge.Clusters.Tests;

public sealed class PatchingContainerd
{
    private const string Configuration = """
        version = 2 # as kind's
        [plugins."io.containerd.grpc.v1.cri"]
          sandbox_image = "pause:3.2"
          [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
            SystemdCgroup = true

        """;

    private static string Applied(ContainerdPatches patches) => ContainerdPatching.Apply(Configuration, patches)[0].Content;

    [Fact]
    public void A_patch_is_merged_table_by_table()
    {
        string patched = Applied(
            new()
            {
                Merges =
                [
                    """
                    [plugins."io.containerd.grpc.v1.cri".registry.mirrors."docker.io"]
                      endpoint = ["http://mirror.example:5000"]
                    """,
                    """
                    [plugins."io.containerd.grpc.v1.cri"]
                    sandbox_image = "pause:9"
                    """,
                ],
            }
        );
        Assert.Equal(
            """
            version = 2

            [plugins]

            [plugins."io.containerd.grpc.v1.cri"]
            sandbox_image = "pause:9"

            [plugins."io.containerd.grpc.v1.cri".containerd]

            [plugins."io.containerd.grpc.v1.cri".containerd.runtimes]

            [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]

            [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
            SystemdCgroup = true

            [plugins."io.containerd.grpc.v1.cri".registry]

            [plugins."io.containerd.grpc.v1.cri".registry.mirrors]

            [plugins."io.containerd.grpc.v1.cri".registry.mirrors."docker.io"]
            endpoint = ["http://mirror.example:5000"]

            """,
            patched
        );
    }

    [Theory]
    [InlineData("version = 2\noom_score = 1", true)]
    [InlineData("version = 3\noom_score = 1", false)]
    [InlineData("oom_score = 1", true)]
    public void A_patch_for_another_version_of_the_file_is_passed_over(string patch, bool applied) =>
        Assert.Equal(applied, Applied(new() { Merges = [patch] }).Contains("oom_score = 1\n", StringComparison.Ordinal));

    [Theory]
    [InlineData(3, "version = 3\noom_score = 1", true)]
    [InlineData(4, "version = 3\noom_score = 1", true)]
    [InlineData(4, "version = 4\noom_score = 1", true)]
    [InlineData(4, "version = 2\noom_score = 1", false)]
    public void A_patch_for_version_3_is_for_4_too_which_has_its_sections(int version, string patch, bool applied)
    {
        string patched = ContainerdPatching.Apply($"version = {version}\n", new() { Merges = [patch] })[0].Content;
        Assert.Equal(applied, patched.Contains("oom_score = 1\n", StringComparison.Ordinal));
        Assert.Contains($"version = {version}\n", patched, StringComparison.Ordinal);
    }

    private const string Split = """
        version = 4
        [plugins."io.containerd.cri.v1.images"]
          snapshotter = "overlayfs"
        [plugins."io.containerd.cri.v1.images".pinned_images]
          sandbox = "pause:3.10"
        [plugins."io.containerd.cri.v1.images".registry]
          config_path = "/etc/containerd/certs.d"
        [plugins."io.containerd.cri.v1.runtime".cni]
          bin_dirs = ["/opt/cni/bin"]

        """;

    [Fact]
    public void A_patch_in_the_words_of_version_2_is_placed_where_later_versions_have_it()
    {
        IReadOnlyList<NodeFile> files = ContainerdPatching.Apply(
            Split,
            new()
            {
                Merges =
                [
                    """
                    [plugins."io.containerd.grpc.v1.cri"]
                    sandbox_image = "pause:9"
                    max_container_log_line_size = 65536
                    [plugins."io.containerd.grpc.v1.cri".cni]
                    bin_dir = "/opt/mine"
                    [plugins."io.containerd.grpc.v1.cri".containerd]
                    snapshotter = "native"
                    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.crun]
                    runtime_type = "io.containerd.runc.v2"
                    [plugins."io.containerd.grpc.v1.cri".registry.mirrors."docker.io"]
                    endpoint = ["http://mirror.example:5000"]
                    """,
                ],
                JsonPatches = ["""[{"op": "replace", "path": "/plugins/io.containerd.grpc.v1.cri/sandbox_image", "value": "pause:10"}]"""],
            }
        );
        Assert.Equal(
            """
            version = 4

            [plugins]

            [plugins."io.containerd.cri.v1.images"]
            snapshotter = "native"

            [plugins."io.containerd.cri.v1.images".pinned_images]
            sandbox = "pause:10"

            [plugins."io.containerd.cri.v1.images".registry]
            config_path = "/etc/containerd/certs.d"

            [plugins."io.containerd.cri.v1.runtime"]
            max_container_log_line_size = 65536

            [plugins."io.containerd.cri.v1.runtime".cni]
            bin_dirs = ["/opt/mine"]

            [plugins."io.containerd.cri.v1.runtime".containerd]

            [plugins."io.containerd.cri.v1.runtime".containerd.runtimes]

            [plugins."io.containerd.cri.v1.runtime".containerd.runtimes.crun]
            runtime_type = "io.containerd.runc.v2"

            """,
            files[0].Content
        );
        Assert.Equal("/etc/containerd/certs.d/docker.io/hosts.toml", files[1].Path);
    }

    [Fact]
    public void Operations_come_after_the_merges_and_may_be_JSON_or_YAML()
    {
        string patched = Applied(
            new()
            {
                Merges = ["oom_score = 1"],
                JsonPatches =
                [
                    """[{"op": "replace", "path": "/oom_score", "value": 2}]""",
                    "- {op: remove, path: /plugins/io.containerd.grpc.v1.cri/sandbox_image}",
                ],
            }
        );
        Assert.Contains("oom_score = 2\n", patched, StringComparison.Ordinal);
        Assert.DoesNotContain("sandbox_image", patched, StringComparison.Ordinal);
    }

    [Fact]
    public void An_operation_that_finds_nothing_is_told()
    {
        ContainerdPatches patches = new() { JsonPatches = ["""[{"op": "remove", "path": "/nothing"}]"""] };
        Diagnostic told = Assert.Single(
            Assert.Throws<NodeForgeException>(() => ContainerdPatching.Apply(Configuration, patches)).Diagnostics
        );
        Assert.Equal(
            ("containerdConfigPatchesJSON6902", "there is nothing at /nothing", "compare it with /etc/containerd/config.toml in a node"),
            (told.Where?.Resource, told.Got, told.Hint)
        );
    }

    [Fact]
    public void Mirrors_beside_a_folder_of_hosts_become_files_in_it()
    {
        IReadOnlyList<NodeFile> files = ContainerdPatching.Apply(
            Configuration
                + """
                [plugins."io.containerd.grpc.v1.cri".registry]
                  config_path = "/etc/containerd/certs.d"

                """,
            new()
            {
                Merges =
                [
                    """
                    [plugins."io.containerd.grpc.v1.cri".registry.mirrors."docker.io"]
                      endpoint = ["http://mirror.example:5000", "https://other.example/"]
                    [plugins."io.containerd.grpc.v1.cri".registry.mirrors."*"]
                      endpoint = ["https://all.example"]
                    [plugins."io.containerd.grpc.v1.cri".registry.configs."other.example".tls]
                      ca_file = "/etc/ssl/other.crt"
                      cert_file = "/etc/ssl/me.crt"
                      key_file = "/etc/ssl/me.key"
                    [plugins."io.containerd.grpc.v1.cri".registry.configs."own.example:5000".tls]
                      insecure_skip_verify = true
                    [plugins."io.containerd.grpc.v1.cri".registry.configs."own.example:5000".auth]
                      username = "me"
                    """,
                ],
            }
        );
        Assert.DoesNotContain("mirrors", files[0].Content, StringComparison.Ordinal);
        Assert.DoesNotContain("tls", files[0].Content, StringComparison.Ordinal);
        Assert.Contains("username = \"me\"", files[0].Content, StringComparison.Ordinal);
        Assert.Equal(
            [
                "/etc/containerd/certs.d/docker.io/hosts.toml",
                "/etc/containerd/certs.d/_default/hosts.toml",
                "/etc/containerd/certs.d/own.example:5000/hosts.toml",
            ],
            files.Skip(1).Select(file => file.Path)
        );
        Assert.Equal(
            """
            server = "https://registry-1.docker.io"

            [host]

            [host."http://mirror.example:5000"]
            capabilities = ["pull", "resolve"]

            [host."https://other.example"]
            capabilities = ["pull", "resolve"]
            ca = "/etc/ssl/other.crt"
            client = [["/etc/ssl/me.crt", "/etc/ssl/me.key"]]

            """,
            files[1].Content
        );
        Assert.Contains("skip_verify = true", files[3].Content, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../../etc", "http://mirror.example")]
    [InlineData(".", "http://mirror.example")]
    [InlineData("docker.io", "mirror.example:5000")]
    [InlineData("docker.io", "file:///etc/shadow")]
    public void A_mirror_that_is_no_host_or_no_address_is_refused(string host, string endpoint)
    {
        ContainerdPatches patches = new()
        {
            Merges =
            [
                $"[plugins.\"io.containerd.grpc.v1.cri\".registry]\nconfig_path = \"/certs.d\"\n[plugins.\"io.containerd.grpc.v1.cri\".registry.mirrors.\"{host}\"]\nendpoint = [\"{endpoint}\"]",
            ],
        };
        NodeForgeException failure = Assert.Throws<NodeForgeException>(() => ContainerdPatching.Apply(Configuration, patches));
        Assert.Equal(ErrorCodes.ClusterFileValue, failure.Diagnostics[0].Code);
    }
}
