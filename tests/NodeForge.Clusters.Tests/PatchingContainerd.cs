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

    [Fact]
    public void A_patch_is_merged_table_by_table()
    {
        string patched = ContainerdPatching.Apply(Configuration, new()
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
        });
        Assert.Equal("""
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

            """, patched);
    }

    [Theory]
    [InlineData("version = 2\noom_score = 1", true)]
    [InlineData("version = 3\noom_score = 1", false)]
    [InlineData("oom_score = 1", true)]
    public void A_patch_for_another_version_of_the_file_is_passed_over(string patch, bool applied) =>
        Assert.Equal(applied, ContainerdPatching.Apply(Configuration, new() { Merges = [patch] }).Contains("oom_score = 1\n", StringComparison.Ordinal));

    [Fact]
    public void Operations_come_after_the_merges_and_may_be_JSON_or_YAML()
    {
        string patched = ContainerdPatching.Apply(Configuration, new()
        {
            Merges = ["oom_score = 1"],
            JsonPatches = ["""[{"op": "replace", "path": "/oom_score", "value": 2}]""", "- {op: remove, path: /plugins/io.containerd.grpc.v1.cri/sandbox_image}"],
        });
        Assert.Contains("oom_score = 2\n", patched, StringComparison.Ordinal);
        Assert.DoesNotContain("sandbox_image", patched, StringComparison.Ordinal);
    }

    [Fact]
    public void An_operation_that_finds_nothing_is_told()
    {
        ContainerdPatches patches = new() { JsonPatches = ["""[{"op": "remove", "path": "/nothing"}]"""] };
        Diagnostic told = Assert.Single(Assert.Throws<NodeForgeException>(() => ContainerdPatching.Apply(Configuration, patches)).Diagnostics);
        Assert.Equal(("containerdConfigPatchesJSON6902", "there is nothing at /nothing", "compare it with /etc/containerd/config.toml in a node"), (told.Where?.Resource, told.Got, told.Mend));
    }
}
