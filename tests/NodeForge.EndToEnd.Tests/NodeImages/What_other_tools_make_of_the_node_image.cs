using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace NodeForge.EndToEnd.Tests.NodeImages;

/// <summary>docker, skopeo, umoci and podman read what we wrote, and mean the same image by it: config digest and diff IDs.</summary>
[Trait("Category", "EndToEnd")]
[Collection(NodeImageCollection.Name)]
public sealed class What_other_tools_make_of_the_node_image(NodeImage node)
{
    [Fact]
    public async Task The_engine_that_it_was_streamed_into_has_our_image() => await AssertEngineHasAsync(NodeImage.Reference);

    [Fact]
    public async Task Docker_loads_the_archive()
    {
        string archive = Path.Combine(node.Folder, "loaded.tar");
        const string Name = "nodeforge/node:loaded";
        try
        {
            await ProgramRun.OutputAsync(
                "skopeo",
                "--insecure-policy",
                "copy",
                "--quiet",
                $"docker-archive:{node.DockerArchive}",
                $"docker-archive:{archive}:{Name}"
            );
            Assert.Contains(
                NodeImage.Reference,
                await ProgramRun.OutputAsync("docker", "load", "--input", node.DockerArchive),
                StringComparison.Ordinal
            );
            await AssertEngineHasAsync(NodeImage.Reference);
            await ProgramRun.OutputAsync("docker", "load", "--input", archive);
            await AssertEngineHasAsync(Name);
        }
        finally
        {
            await ProgramRun.TryAsync(["docker", "image", "rm", Name]);
            File.Delete(archive);
        }
    }

    [Fact]
    public async Task Skopeo_reads_one_config_out_of_all_three_forms()
    {
        foreach (
            string form in new[]
            {
                $"oci:{node.Layout}:test",
                $"oci-archive:{node.OciArchive}:test",
                $"docker-archive:{node.DockerArchive}",
            }
        )
        {
            string config = await ProgramRun.OutputAsync("skopeo", "inspect", "--raw", "--config", form);
            Assert.Equal((form, node.Product.ImageId), (form, Digest(config)));
            Assert.Equal(node.Product.DiffIds, DiffIds(config));
        }
    }

    [Fact]
    public async Task Skopeo_copies_every_form_to_a_folder_checking_each_blob()
    {
        foreach (
            string form in new[]
            {
                $"oci:{node.Layout}:test",
                $"oci-archive:{node.OciArchive}:test",
                $"docker-archive:{node.DockerArchive}",
            }
        )
        {
            string folder = Path.Combine(node.Folder, "skopeo");
            await ProgramRun.OutputAsync("skopeo", "--insecure-policy", "copy", "--quiet", form, $"dir:{folder}");
            using JsonDocument manifest = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "manifest.json")));
            Assert.Equal(node.Product.ImageId, manifest.RootElement.GetProperty("config").GetProperty("digest").GetString());
            // The layers are plain tars, so that their digests are the diff IDs.
            Assert.Equal(
                node.Product.DiffIds,
                manifest.RootElement.GetProperty("layers").EnumerateArray().Select(static layer => layer.GetProperty("digest").GetString())
            );
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Skopeo_writes_a_docker_archive_of_the_same_image()
    {
        string archive = Path.Combine(node.Folder, "skopeo.tar");
        await ProgramRun.OutputAsync(
            "skopeo",
            "--insecure-policy",
            "copy",
            "--quiet",
            $"oci:{node.Layout}:test",
            $"docker-archive:{archive}:nodeforge/node:skopeo"
        );
        Assert.Equal(node.Product.ImageId, "sha256:" + Path.GetFileNameWithoutExtension(ConfigName(archive)));
        Assert.Equal(
            node.Product.ImageId,
            Digest(await ProgramRun.OutputAsync("skopeo", "inspect", "--raw", "--config", $"docker-archive:{archive}"))
        );
        File.Delete(archive);
    }

    [Fact]
    public async Task Umoci_unpacks_the_layout_checking_each_diff_id()
    {
        string bundle = Path.Combine(node.Folder, "bundle");
        await ProgramRun.OutputAsync("umoci", "unpack", "--image", $"{node.Layout}:test", bundle);
        using JsonDocument state = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(bundle, "umoci.json")));
        JsonElement manifest = Assert.Single(
            state.RootElement.GetProperty("from_descriptor_path").GetProperty("descriptor_walk").EnumerateArray()
        );
        string path = Path.Combine(node.Layout, "blobs", manifest.GetProperty("digest").GetString()!.Replace(':', '/'));
        using JsonDocument read = JsonDocument.Parse(await File.ReadAllTextAsync(path));
        Assert.Equal(node.Product.ImageId, read.RootElement.GetProperty("config").GetProperty("digest").GetString());
        Assert.All(
            new[] { "usr/bin/kubelet", "usr/bin/kubeadm", "usr/bin/containerd", "usr/local/bin/entrypoint", "kind/version" },
            name => Assert.True(File.Exists(Path.Combine(bundle, "rootfs", name)), name)
        );
        Directory.Delete(bundle, recursive: true);
    }

    [Fact]
    public async Task Podman_loads_both_kinds_of_archive()
    {
        foreach (string archive in new[] { node.DockerArchive, node.OciArchive })
        {
            await using PodmanStore podman = new(Path.Combine(node.Folder, "podman"));
            await podman.RunAsync("load", "--quiet", "--input", archive);
            string id = (await podman.RunAsync("images", "--quiet", "--no-trunc")).Trim();
            Assert.Equal((archive, node.Product.ImageId), (archive, id));
            using JsonDocument image = JsonDocument.Parse(await podman.RunAsync("image", "inspect", id));
            Assert.Equal(node.Product.DiffIds, Strings(image.RootElement[0].GetProperty("RootFS").GetProperty("Layers")));
        }
    }

    private async Task AssertEngineHasAsync(string reference)
    {
        using JsonDocument image = JsonDocument.Parse(await ProgramRun.OutputAsync("docker", "image", "inspect", reference));
        Assert.Equal(node.Product.ImageId, image.RootElement[0].GetProperty("Id").GetString());
        Assert.Equal(node.Product.DiffIds, Strings(image.RootElement[0].GetProperty("RootFS").GetProperty("Layers")));
    }

    private static string ConfigName(string archive)
    {
        using FileStream file = File.OpenRead(archive);
        using TarReader reader = new(file);
        while (reader.GetNextEntry() is { } entry)
        {
            if (entry.Name != "manifest.json")
                continue;
            using JsonDocument manifest = JsonDocument.Parse(entry.DataStream!);
            return manifest.RootElement[0].GetProperty("Config").GetString()!;
        }

        throw new InvalidOperationException($"{archive} has no manifest.json");
    }

    private static string Digest(string text) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string[] DiffIds(string config)
    {
        using JsonDocument document = JsonDocument.Parse(config);
        return Strings(document.RootElement.GetProperty("rootfs").GetProperty("diff_ids"));
    }

    private static string[] Strings(JsonElement array) => [.. array.EnumerateArray().Select(static item => item.GetString()!)];
}
