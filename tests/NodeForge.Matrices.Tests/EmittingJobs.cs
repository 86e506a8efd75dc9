using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NodeForge.Documents.Yaml;
using NodeForge.Kubernetes;
using NodeForge.Matrices.Emission;
using NodeForge.Oci.Tar;
using NodeForge.Recipes.Locks;
using NodeForge.TestSupport.Golden;

namespace NodeForge.Matrices.Tests;

public sealed partial class EmittingJobs : IDisposable
{
    private static readonly ClusterTarget Target = new("registry.example.com/nodeforge:1", "docker://registry.example.com/cache")
    {
        Environment = new Dictionary<string, string> { ["NODEFORGE_DEBIAN_MIRROR"] = "http://mirror.example.com/debian" },
        RegistrySecret = "registry",
        Authorities = "(certificates)\n",
    };
    private const string App = "kind: ContainerImage\nname: app\nplatforms: [linux/amd64]\ntags: [\"example.com/app:1\"]\n";
    private readonly MatrixRoom room = new();

    public void Dispose() => room.Dispose();

    [Theory]
    [InlineData("v1.36.0", "jobs-indexed.yaml")]
    [InlineData("v1.20.2", "jobs-one-by-one.yaml")]
    public void Jobs_are_indexed_where_the_cluster_knows_it(string version, string golden)
    {
        IReadOnlyDictionary<string, string> files = KubernetesManifests.Write(
            room.ReadLocked(),
            Target with
            {
                Version = KubernetesVersion.Parse(version),
            }
        );
        Assert.Equal(["cells.yaml", "files.yaml", "images.yaml", "kustomization.yaml", "namespace.yaml"], files.Keys);
        // Compressed bytes are those of one version of the encoder.
        string all = string.Join("---\n", files.Values);
        all = Packed().Replace(all, "matrix.tar.gz: (bytes)");
        Assert.Equal(GoldenFile.Expect("tests/NodeForge.Matrices.Tests/Golden/" + golden, all), all);
    }

    [Fact]
    public void Every_pod_keeps_to_the_profile_restricted()
    {
        foreach (
            JsonObject job in Documents(KubernetesManifests.Write(room.ReadLocked(), Target))
                .Where(document => (string?)document["kind"] == "Job")
        )
        {
            JsonNode pod = job["spec"]!["template"]!["spec"]!;
            Assert.True((bool)pod["securityContext"]!["runAsNonRoot"]!);
            Assert.Equal("RuntimeDefault", (string?)pod["securityContext"]!["seccompProfile"]!["type"]);
            Assert.False((bool)pod["automountServiceAccountToken"]!);
            foreach (JsonNode? container in pod["initContainers"]!.AsArray().Concat(pod["containers"]!.AsArray()))
            {
                JsonNode context = container!["securityContext"]!;
                Assert.False((bool)context["allowPrivilegeEscalation"]!);
                Assert.True((bool)context["readOnlyRootFilesystem"]!);
                Assert.Equal("ALL", (string?)context["capabilities"]!["drop"]!.AsArray().Single());
            }

            Assert.All(
                pod["volumes"]!.AsArray(),
                volume =>
                    Assert.Contains(volume!.AsObject().Select(field => field.Key), key => key is "emptyDir" or "configMap" or "secret")
            );
        }
    }

    [Fact]
    public void Writing_images_waits_without_taking_the_room_that_cells_need()
    {
        IReadOnlyDictionary<string, string> files = KubernetesManifests.Write(room.ReadLocked(), Target);
        Assert.Equal(("50m", "1"), (CpuOf(files["images.yaml"]), CpuOf(files["cells.yaml"])));

        static string? CpuOf(string job) =>
            (string?)YamlDocument.Read(job)!["spec"]!["template"]!["spec"]!["containers"]![0]!["resources"]!["requests"]!["cpu"];
    }

    [Theory]
    [InlineData("v1.36.0", 1, 24 + 4)]
    [InlineData("v1.36.0", 3, (3 * 24) + 4)]
    [InlineData("v1.36.0", 9, (4 * 24) + 4)]
    [InlineData("v1.20.2", 9, 24)]
    public void A_Job_outlives_a_registry_that_is_away_however_many_pods_ask_it(string version, int parallelism, int restarts)
    {
        Matrix matrix = room.ReadLocked(
            recipes: "node.yaml",
            axes: "parameters: {version: [v1.20.2, v1.21.0]}\nplatforms: [linux/amd64, linux/arm64]\n"
        );
        IReadOnlyDictionary<string, string> files = KubernetesManifests.Write(
            matrix,
            Target with
            {
                Version = KubernetesVersion.Parse(version),
                Parallelism = parallelism,
            }
        );
        Assert.Equal(restarts, (int?)YamlDocument.Read(files["cells.yaml"].Split("---\n")[0])!["spec"]!["backoffLimit"]);
        Assert.Equal(24 + 4, (int?)YamlDocument.Read(files["images.yaml"])!["spec"]!["backoffLimit"]);
    }

    [Fact]
    public void The_archive_has_what_a_build_reads_and_the_marks_of_programs()
    {
        Directory.CreateDirectory(Path.Combine(room.Folder, "tree/etc"));
        File.WriteAllText(Path.Combine(room.Folder, "tree/run"), "#!/bin/sh\n");
        File.SetUnixFileMode(
            Path.Combine(room.Folder, "tree/run"),
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        );
        File.CreateSymbolicLink(Path.Combine(room.Folder, "tree/link"), "run");
        File.WriteAllText(Path.Combine(room.Folder, "tree/empty"), "");
        room.Write("app.yaml", App + "files: [{tree: tree, path: /}]\n");
        MatrixWorkspace workspace = MatrixWorkspace.Of(room.ReadLocked());
        Assert.Equal("matrix.yaml", workspace.MatrixPath);
        using TarReader reader = new(new MemoryStream(workspace.Tar), "workspace");
        List<string> entries = [];
        while (reader.Read() is { } entry)
            entries.Add($"{Convert.ToString(entry.Mode, 8)} {entry.Path}{(entry.LinkTarget is { } link ? " -> " + link : "")}");
        Assert.Equal(
            [
                "644 app.yaml",
                "755 matrix.locks",
                "644 matrix.locks/app.lock.json",
                "644 matrix.yaml",
                "755 tree",
                "644 tree/empty",
                "755 tree/etc",
                "777 tree/link -> run",
                "755 tree/run",
            ],
            entries.OrderBy(entry => entry.Split(' ')[1], StringComparer.Ordinal)
        );
    }

    [Fact]
    public void The_same_matrix_is_the_same_jobs_and_another_one_has_others()
    {
        string before = KubernetesManifests.Write(room.ReadLocked(), Target)["cells.yaml"];
        Assert.Equal(before, KubernetesManifests.Write(room.ReadLocked(), Target)["cells.yaml"]);
        Assert.NotEqual(Name(before), Name(KubernetesManifests.Write(room.ReadLocked(), Target with { Image = "other:2" })["cells.yaml"]));
        room.Write("app.yaml", File.ReadAllText(Path.Combine(room.Folder, "app.yaml")).Split('\n', 2)[1] + "# changed\n");
        Assert.NotEqual(Name(before), Name(KubernetesManifests.Write(room.ReadLocked(), Target)["cells.yaml"]));
    }

    [Fact]
    public void Images_that_would_stay_in_a_pod_are_refused()
    {
        Diagnostic refused = Assert.Single(
            Assert
                .Throws<NodeForgeException>(() => KubernetesManifests.Write(room.ReadLocked("outputs: [\"oci:out\"]\n"), Target))
                .Diagnostics
        );
        Assert.Equal((ErrorCodes.MatrixNotPortable, "oci:out"), (refused.Code, refused.Got));
    }

    [Fact]
    public void Files_that_no_config_map_takes_are_refused_with_their_size()
    {
        byte[] noise = new byte[1_100_000];
        new Random(1).NextBytes(noise);
        File.WriteAllBytes(Path.Combine(room.Folder, "noise"), noise);
        room.Write("app.yaml", App + "files: [{source: noise, path: /noise}]\n");
        Diagnostic refused = Assert.Single(
            Assert.Throws<NodeForgeException>(() => KubernetesManifests.Write(room.ReadLocked(), Target)).Diagnostics
        );
        Assert.Equal(ErrorCodes.MatrixNotPortable, refused.Code);
        Assert.StartsWith("1.1 MiB", refused.Got, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("docker://a/b:c", "\"docker://a/b:c\"")]
    [InlineData("yes", "\"yes\"")]
    [InlineData("1e3", "\"1e3\"")]
    [InlineData("on", "\"on\"")]
    [InlineData("", "\"\"")]
    [InlineData("a\nb: c", "\"a\\nb: c\"")]
    public void A_text_that_a_reader_could_take_for_something_else_is_quoted(string text, string written) =>
        Assert.Equal($"key: {written}\n", YamlOutput.Write(new JsonObject { ["key"] = text }));

    private static string Name(string job) => JobName().Match(job).Value;

    private static IEnumerable<JsonObject> Documents(IReadOnlyDictionary<string, string> files) =>
        files.Values.SelectMany(file => file.Split("---\n")).Select(text => YamlDocument.Read(text)!.AsObject());

    [GeneratedRegex(@"matrix\.tar\.gz: \S+")]
    private static partial Regex Packed();

    [GeneratedRegex(@"name: nodes-cells-[0-9a-f]{8}\n")]
    private static partial Regex JobName();
}
