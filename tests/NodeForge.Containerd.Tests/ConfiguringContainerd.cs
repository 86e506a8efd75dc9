using System.Text.Json.Nodes;
using NodeForge.Containerd.Configuration;

namespace NodeForge.Containerd.Tests;

/// <summary>What containerd's own <c>config migrate</c> (2.3.4) makes of a file of version 2, in our words.</summary>
public sealed class ConfiguringContainerd
{
    private const string Old = """
        {"version": 2, "disabled_plugins": ["io.containerd.snapshotter.v1.zfs"], "plugins": {"io.containerd.grpc.v1.cri": {
          "sandbox_image": "registry.k8s.io/pause:3.9", "restrict_oom_score_adj": false, "stream_server_port": "1", "max_concurrent_downloads": 4,
          "cni": {"bin_dir": "/opt/cni/bin", "conf_dir": "/etc/cni/net.d"},
          "containerd": {"snapshotter": "overlayfs", "discard_unpacked_layers": true, "default_runtime_name": "runc",
            "runtimes": {"runc": {"runtime_type": "io.containerd.runc.v2", "options": {"SystemdCgroup": true}}}},
          "registry": {"config_path": "/etc/containerd/certs.d"}}, "io.containerd.gc.v1.scheduler": {"startup_delay": "1s"}}}
        """;

    private const string Rest = """
        "disabled_plugins": ["io.containerd.snapshotter.v1.zfs"], "plugins": {
          "io.containerd.gc.v1.scheduler": {"startup_delay": "1s"},
          "io.containerd.grpc.v1.cri": {"stream_server_port": "1"},
          "io.containerd.cri.v1.images": {"pinned_images": {"sandbox": "registry.k8s.io/pause:3.9"}, "max_concurrent_downloads": 4, "snapshotter": "overlayfs",
            "discard_unpacked_layers": true, PULL "registry": {"config_path": "/etc/containerd/certs.d"}},
          "io.containerd.cri.v1.runtime": {"restrict_oom_score_adj": false, "cni": {FOLDERS, "conf_dir": "/etc/cni/net.d"},
            "containerd": {"default_runtime_name": "runc", "runtimes": {"runc": {"runtime_type": "io.containerd.runc.v2", "options": {"SystemdCgroup": true}}}}}}
        """;

    private const string One = "\"bin_dir\": \"/opt/cni/bin\"";
    private const string Several = "\"bin_dirs\": [\"/opt/cni/bin\"]";
    private const string Locally = "\"use_local_image_pull\": true,";

    [Theory]
    [InlineData("2.3.4", 4, Several, Locally)]
    [InlineData("v2.4.0-rc.1", 4, Several, Locally)]
    [InlineData("2.2.1", 3, Several, Locally)]
    [InlineData("2.1.0", 3, Several, Locally)]
    [InlineData("2.0.9", 3, One, "")]
    public void A_file_is_written_for_the_containerd_inside(string containerd, int version, string folders, string pull)
    {
        JsonObject written = Rewritten(Old, containerd)!;
        string expected =
            $"{{\"version\": {version}, {Rest.Replace("FOLDERS", folders, StringComparison.Ordinal).Replace("PULL", pull, StringComparison.Ordinal)}}}";
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), written), written.ToJsonString());
    }

    [Theory]
    [InlineData("1.6.20~ds1-1+deb12u1")]
    [InlineData("1.7.24")]
    public void A_containerd_of_version_1_keeps_its_file(string containerd) => Assert.Null(Rewritten(Old, containerd));

    [Theory]
    [InlineData("""{"plugins": {"cri": {"sandbox_image": "a"}}}""")]
    [InlineData("""{"version": 4}""")]
    public void A_file_of_the_first_version_or_the_newest_stays(string file) => Assert.Null(Rewritten(file, "2.3.4"));

    [Fact]
    public void A_file_of_version_3_becomes_one_of_version_4() =>
        Assert.Equal("""{"version":4}""", Rewritten("""{"version": 3}""", "2.3.4")!.ToJsonString());

    [Theory]
    [InlineData("grpc")]
    [InlineData("metrics")]
    public void What_version_4_has_in_plugins_keeps_a_file_at_version_3(string section) =>
        Assert.Equal(
            3,
            ConfigurationRewriting.VersionOf(
                Rewritten(
                    """{"version": 2, "SECTION": {"address": "/run/x.sock"}}""".Replace("SECTION", section, StringComparison.Ordinal),
                    "2.3.4"
                )!
            )
        );

    [Theory]
    [InlineData("/plugins/io.containerd.grpc.v1.cri/sandbox_image", "/plugins/io.containerd.cri.v1.images/pinned_images/sandbox")]
    [InlineData("/plugins/io.containerd.grpc.v1.cri/registry/config_path", "/plugins/io.containerd.cri.v1.images/registry/config_path")]
    [InlineData("/plugins/io.containerd.grpc.v1.cri/containerd/snapshotter", "/plugins/io.containerd.cri.v1.images/snapshotter")]
    [InlineData(
        "/plugins/io.containerd.grpc.v1.cri/containerd/runtimes/runc",
        "/plugins/io.containerd.cri.v1.runtime/containerd/runtimes/runc"
    )]
    [InlineData("/plugins/io.containerd.grpc.v1.cri/stream_server_port", "/plugins/io.containerd.grpc.v1.cri/stream_server_port")]
    [InlineData("/plugins/io.containerd.grpc.v1.cri", "/plugins/io.containerd.grpc.v1.cri")]
    [InlineData("/oom_score", "/oom_score")]
    public void A_path_of_version_2_has_its_place_in_later_ones(string path, string place) =>
        Assert.Equal(place, ConfigurationRewriting.Place(path));

    [Theory]
    [InlineData("1.7.24~ds1", 2)]
    [InlineData("2.0.0", 3)]
    [InlineData("2.3", 4)]
    [InlineData("3.0.0", 4)]
    [InlineData("1.2.9", 1)]
    public void Each_containerd_reads_versions_up_to_its_own(string containerd, int version)
    {
        (int major, int minor) = ConfigurationVersion.OfSoftware(containerd)!.Value;
        Assert.Equal(version, ConfigurationVersion.ReadBy(major, minor));
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("2")]
    [InlineData("main.1")]
    public void A_text_without_numbers_is_no_version(string? text) => Assert.Null(ConfigurationVersion.OfSoftware(text));

    private static JsonObject? Rewritten(string file, string containerd) =>
        ConfigurationRewriting.For(JsonNode.Parse(file)!.AsObject(), ConfigurationVersion.OfSoftware(containerd)!.Value);
}
