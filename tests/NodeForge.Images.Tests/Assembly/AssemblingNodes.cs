using System.Text.Json;
using NodeForge.Containerd.Metadata;
using NodeForge.Containerd.Preload;
using NodeForge.Oci;
using NodeForge.Oci.Compression;
using NodeForge.Oci.Tar;
using NodeForge.Oci.Transports;
using NodeForge.Recipes;
using NodeForge.TestSupport.Golden;

namespace NodeForge.Images.Tests.Assembly;

public sealed class AssemblingNodes
{
    private const string Fixtures = "tests/NodeForge.Images.Tests/Assembly/Golden/";

    [Fact]
    public async Task Layers_follow_components()
    {
        using NodeRoom node = new();
        Image image = await node.AssembleAsync(node.Recipe);
        string[] titles = [.. image.Layers.Select(layer => layer.Title)];
        Assert.Equal(["base 1", "Kubernetes v1.20.2", "image kube-apiserver", "image pause-3.2"], titles[..4]);
        Assert.Equal("node configuration", titles[^1]);
        Assert.Equal(7, titles.Length);
    }

    [Fact]
    public async Task Two_images_of_one_last_name_both_reach_the_node()
    {
        using NodeRoom node = new();
        Image image = await node.AssembleAsync(node.Recipe with { Preload = new(PreloadMethod.Archives) });
        string[] archives =
        [
            .. image
                .Layers.SelectMany(layer => node.Room.Read(layer.Descriptor).Keys)
                .Where(path => path.EndsWith(".tar", StringComparison.Ordinal)),
        ];
        Assert.Equal(4, archives.Distinct().Count());
        Assert.Equal(2, archives.Count(path => path.StartsWith("usr/lib/nodeforge/images/front-1-", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_config_says_how_the_base_runs_and_what_the_recipe_adds()
    {
        using NodeRoom node = new();
        Image image = await node.AssembleAsync(node.Recipe);
        Assert.Equal("2023-11-14T22:13:20Z", image.Config.Created);
        Assert.Equal(["/usr/local/bin/entrypoint", "/sbin/init"], image.Config.Config!.Entrypoint);
        Assert.Equal("SIGRTMIN+3", image.Config.Config.StopSignal);
        Assert.Equal(["container=docker", "PATH=/bin", "EXAMPLE=1"], image.Config.Config.Env);
        Assert.Equal(image.Layers.Select(layer => layer.DiffId), image.Config.RootFs.DiffIds);
    }

    [Fact]
    public async Task The_config_is_written_to_the_letter()
    {
        using NodeRoom node = new();
        Image image = await node.AssembleAsync(node.Recipe with { Images = [] });
        string config = File.ReadAllText(node.Room.Store.PathOf(image.Id));
        Assert.Equal(GoldenFile.Expect(Fixtures + "config.json", config), config);
    }

    [Fact]
    public async Task The_last_layer_has_the_recipes_files_units_and_what_kind_asks_for()
    {
        using NodeRoom node = new();
        Dictionary<string, (TarEntry Header, string Text)> last = node.Last(await node.AssembleAsync(node.Recipe));
        Assert.Equal("hello\n", last["etc/motd"].Text);
        Assert.Equal("v1.20.2", last["kind/version"].Text);
        Assert.Equal("kind: List\n", last["kind/manifests/default-cni.yaml"].Text);
        Assert.Equal(
            "/usr/lib/systemd/system/containerd.service",
            last["etc/systemd/system/multi-user.target.wants/containerd.service"].Header.LinkTarget
        );
        Assert.All(last.Values, entry => Assert.Equal(AssemblyRoom.Epoch, entry.Header.ModificationTime));
    }

    [Fact]
    public async Task The_node_records_what_it_is_made_of()
    {
        using NodeRoom node = new();
        string record = node.Last(await node.AssembleAsync(node.Recipe))["usr/lib/nodeforge/image.json"].Text;
        Assert.Equal(GoldenFile.Expect(Fixtures + "image.json", record), record);
        Assert.Contains(NodeRoom.ApiserverAlias, record, StringComparison.Ordinal);
        Assert.DoesNotContain(node.Room.Folder, record, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "v1.20.2",
        "SANDBOX_IMAGE=registry.k8s.io/pause:3.2\nSYSTEMD_CGROUP=false\nKUBELET_ARGUMENTS=--docker=unix:///run/nodeforge/no-docker.sock\n"
    )]
    [InlineData(
        "v1.23.17",
        "SANDBOX_IMAGE=registry.k8s.io/pause:3.2\nSYSTEMD_CGROUP=false\nKUBELET_ARGUMENTS=--docker=unix:///run/nodeforge/no-docker.sock\n"
    )]
    [InlineData("v1.24.0", "SANDBOX_IMAGE=registry.k8s.io/pause:3.2\nSYSTEMD_CGROUP=true\n")]
    public async Task The_nodes_settings_are_those_of_its_version(string version, string settings)
    {
        using NodeRoom node = new(version);
        Assert.Equal(settings, node.Last(await node.AssembleAsync(node.Recipe))["usr/lib/nodeforge/node.env"].Text);
    }

    [Fact]
    public async Task The_same_inputs_in_another_folder_give_the_same_image()
    {
        using NodeRoom one = new();
        using NodeRoom two = new();
        Image first = await one.AssembleAsync(one.Recipe);
        Image second = await two.AssembleAsync(two.Recipe);
        Assert.Equal(first.Id, second.Id);
        Assert.Equal(first.Descriptor.Digest, second.Descriptor.Digest);
    }

    [Theory]
    [InlineData(PreloadMethod.Archives)]
    [InlineData(PreloadMethod.ContentStore)]
    public async Task Another_image_changes_its_own_layer_and_the_last_one(PreloadMethod method)
    {
        using NodeRoom one = new();
        using NodeRoom two = new(extra: "another");
        Image first = await one.AssembleAsync(
            one.Recipe with
            {
                Preload = new(method),
                Images = [one.Archive("pause.tar"), one.Archive("extra.tar")],
            }
        );
        Image second = await two.AssembleAsync(
            two.Recipe with
            {
                Preload = new(method),
                Images = [two.Archive("pause.tar"), two.Archive("extra.tar")],
            }
        );
        string[] changed =
        [
            .. first.Layers.Zip(second.Layers).Where(pair => pair.First.DiffId != pair.Second.DiffId).Select(pair => pair.First.Title),
        ];
        Assert.Equal(["image front-1", "node configuration"], changed);
    }

    [Fact]
    public async Task A_content_store_has_every_blob_in_its_place_and_a_database_that_names_every_reference()
    {
        using NodeRoom node = new();
        Image image = await node.AssembleAsync(node.Recipe with { Preload = new(PreloadMethod.ContentStore) });
        byte[] database = System.Text.Encoding.Latin1.GetBytes(node.Last(image)["var/lib/containerd/" + ContainerdPaths.Metadata].Text);
        MetadataNamespace cri = Assert.Single(MetadataReader.Read(new MemoryStream(database), "meta.db").Namespaces);
        string[] names = [.. cri.Images.Select(record => record.Name)];
        Assert.All(
            new[] { NodeRoom.Apiserver, NodeRoom.ApiserverAlias, NodeRoom.Pause, "example.com/shop/front:1", "example.org/garden/front:1" },
            name => Assert.Contains(name, names)
        );
        Dictionary<string, TarEntry> entries = image
            .Layers.SelectMany(layer => node.Room.Read(layer.Descriptor))
            .Where(entry => entry.Value.Header.Kind != TarEntryKind.Directory)
            .ToDictionary(entry => entry.Key, entry => entry.Value.Header);
        Assert.Equal(12, cri.Content.Count); // four images of a manifest, a config and a layer
        Assert.All(
            cri.Content,
            blob =>
            {
                TarEntry link = entries["var/lib/containerd/" + ContainerdPaths.Blob(blob.Digest)];
                Assert.Equal($"/usr/lib/nodeforge/blobs/sha256/{blob.Digest.Hex}", link.LinkTarget);
                Assert.Equal(blob.Size, entries[link.LinkTarget![1..]].Size);
            }
        );
    }

    [Fact]
    public async Task An_image_that_a_release_names_by_its_architecture_is_known_by_the_name_that_kubeadm_asks_for()
    {
        using NodeRoom node = new(apiserverNames: NodeRoom.ApiserverAlias);
        string record = node.Last(await node.AssembleAsync(node.Recipe))["usr/lib/nodeforge/image.json"].Text;
        using JsonDocument document = JsonDocument.Parse(record);
        Assert.Equal(
            [NodeRoom.ApiserverAlias, NodeRoom.Apiserver],
            document.RootElement.GetProperty("closure")[0].GetProperty("references").EnumerateArray().Select(name => name.GetString())
        );
    }

    [Fact]
    public async Task An_image_without_a_name_is_refused()
    {
        using NodeRoom node = new();
        NodeForge.Recipes.PreloadedImage nameless = new() { Image = new ImageSource("oci:base", node.Room["base"]) };
        Diagnostic problem = await AssemblyRoom.FailsAsync(() => node.AssembleAsync(node.Recipe with { Images = [nameless] }));
        Assert.Equal(ErrorCodes.PreloadNameRefused, problem.Code);
    }

    [Fact]
    public async Task A_base_of_another_digest_than_the_recipe_names_is_refused()
    {
        using NodeRoom node = new();
        ImageSource other = node.Recipe.Base.Image! with { Digest = Digest.Of("other"u8) };
        Diagnostic problem = await AssemblyRoom.FailsAsync(() => node.AssembleAsync(node.Recipe with { Base = new(null, other) }));
        Assert.Equal(ErrorCodes.DigestMismatch, problem.Code);
    }

    [Fact]
    public async Task A_component_of_a_tarball_gets_a_layer_at_its_usual_place()
    {
        using NodeRoom node = new();
        node.Room.Write(
            "crictl.tgz",
            AssemblyRoom.Encode(AssemblyRoom.Tar(AssemblyRoom.Entry("crictl", AssemblyRoom.Program("v1.24.0"), 0x140)), LayerEncoding.Gzip)
        );
        node.Room.Write("runc.amd64", AssemblyRoom.Program("1.0"));
        Image image = await node.AssembleAsync(
            node.Recipe with
            {
                Components = [new("crictl") { Tarball = node.Room["crictl.tgz"] }, new("runc") { Tarball = node.Room["runc.amd64"] }],
            }
        );
        Assert.Equal(0x1ed, node.Room.Read(image.Layers[1].Descriptor)["usr/bin/crictl"].Header.Mode);
        Assert.Contains("usr/sbin/runc", node.Room.Read(image.Layers[2].Descriptor).Keys);
        using JsonDocument record = JsonDocument.Parse(node.Last(image)["usr/lib/nodeforge/image.json"].Text);
        JsonElement[] recorded = [.. record.RootElement.GetProperty("components").EnumerateArray()];
        Assert.Equal(
            ["crictl", "runc", "kubeadm", "kubectl", "kubelet"],
            recorded.Select(component => component.GetProperty("name").GetString())
        );
        Assert.Equal(
            (Digest.Of(File.ReadAllBytes(node.Room["runc.amd64"])).ToString(), "runc.amd64"),
            (recorded[1].GetProperty("digest").GetString(), recorded[1].GetProperty("origin").GetString())
        );
        Assert.False(recorded[1].TryGetProperty("version", out _));
    }

    [Theory]
    [InlineData("bin/a", "bin/b")]
    [InlineData("bin/b", "bin/a")]
    public async Task Two_names_of_one_file_in_a_component_stay_one_file_whichever_the_archive_has_first(string file, string link)
    {
        using NodeRoom node = new();
        using MemoryStream archive = new();
        using (System.Formats.Tar.TarWriter tar = new(archive, System.Formats.Tar.TarEntryFormat.Ustar, leaveOpen: true))
        {
            tar.WriteEntry(
                new System.Formats.Tar.UstarTarEntry(System.Formats.Tar.TarEntryType.RegularFile, file)
                {
                    DataStream = new MemoryStream(AssemblyRoom.Program("1.0")),
                    Mode = (UnixFileMode)0x1c0,
                }
            );
            tar.WriteEntry(new System.Formats.Tar.UstarTarEntry(System.Formats.Tar.TarEntryType.HardLink, link) { LinkName = file });
        }

        // Through the base's own link, so that the name and what it stands for are placed alike.
        Image image = await node.AssembleAsync(
            node.Recipe with
            {
                Components = [new("cni") { Tarball = node.Room.Write("cni.tar", archive.ToArray()), Path = "/sbin" }],
            }
        );

        Dictionary<string, (TarEntry Header, string Text)> layer = node.Room.Read(image.Layers[1].Descriptor);
        Assert.Equal((TarEntryKind.File, 0x1ed), (layer["usr/sbin/bin/a"].Header.Kind, layer["usr/sbin/bin/a"].Header.Mode));
        Assert.Equal(
            (TarEntryKind.HardLink, "usr/sbin/bin/a"),
            (layer["usr/sbin/bin/b"].Header.Kind, layer["usr/sbin/bin/b"].Header.LinkTarget)
        );
        Assert.StartsWith("sha256:ce1b9007ae91855748feecd788f2c20020", image.Layers[1].DiffId.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_component_whose_archive_leads_out_is_refused()
    {
        using NodeRoom node = new();
        node.Room.Write("cni.tar", AssemblyRoom.Tar(AssemblyRoom.Link("bridge", "../../../etc/passwd")));
        Diagnostic problem = await AssemblyRoom.FailsAsync(() =>
            node.AssembleAsync(node.Recipe with { Components = [new("cni") { Tarball = node.Room["cni.tar"] }] })
        );
        Assert.Equal(ErrorCodes.ArchiveEntryRefused, problem.Code);
    }

    [Fact]
    public async Task A_component_that_the_lock_lacks_is_told_as_the_locks_fault()
    {
        using NodeRoom node = new();
        Diagnostic problem = await AssemblyRoom.FailsAsync(() =>
            node.AssembleAsync(node.Recipe with { Components = [new("runc") { Url = "https://example.com/runc" }] })
        );
        Assert.Equal((ErrorCodes.LockIncomplete, "runc"), (problem.Code, problem.Want));
    }
}
