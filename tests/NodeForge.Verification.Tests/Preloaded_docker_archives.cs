using System.Text;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Tar;
using NodeForge.Verification.Images;

namespace NodeForge.Verification.Tests;

/// <summary>Archives that docker save wrote, imported at a node's first boot, are looked into like containerd's store.</summary>
public sealed class Preloaded_docker_archives
{
    private const string Proxy = "registry.k8s.io/kube-proxy:v1.31.1";

    [Fact]
    public async Task An_archive_has_what_its_list_names()
    {
        VerificationReport report = await VerifyAsync(static _ => { });
        Assert.Empty(report.Findings.Select(finding => finding.ToString()));
        Assert.Equal(ClosureState.Complete, Entry(report).State);
    }

    [Fact]
    public async Task A_layer_that_is_a_link_to_another_images_is_found()
    {
        VerificationReport report = await VerifyAsync(static files =>
        {
            files["shared/layer.tar"] = files["own/layer.tar"] with
            {
                Header = files["own/layer.tar"].Header with { Path = "shared/layer.tar" },
            };
            files["own/layer.tar"] = NodeImageBuilder.LinkTo("own/layer.tar", "../shared/layer.tar");
        });
        Assert.Empty(report.Findings.Select(finding => finding.ToString()));
    }

    [Fact]
    public async Task What_is_wrong_in_it_is_told_by_its_code_and_the_images_name()
    {
        await FailsAsync(static files => files.Remove("own/layer.tar"), ErrorCodes.StoreBlobMissing);
        await FailsAsync(
            static files =>
                files["own/layer.tar"] = NodeImageBuilder.File(
                    "own/layer.tar",
                    NodeImageBuilder.Tar([NodeImageBuilder.File("other", [1])])
                ),
            ErrorCodes.DiffIdMismatch
        );
        await FailsAsync(static files => Rename(files, new string('a', 64) + ".json"), ErrorCodes.StoreBlobDamaged);
        await FailsAsync(
            static files => files["manifest.json"] = NodeImageBuilder.File("manifest.json", "[{\"Config\":null}]"u8.ToArray()),
            ErrorCodes.StoreDocumentUnreadable,
            "/usr/lib/nodeforge/images/proxy.tar"
        );
        await FailsAsync(
            static files =>
                files["manifest.json"] = NodeImageBuilder.File(
                    "manifest.json",
                    Encoding.ASCII.GetBytes(Text(files).Replace("v1.31.1", "v1.31.0", StringComparison.Ordinal))
                ),
            ErrorCodes.ClosureOtherTag
        );
    }

    private static async Task FailsAsync(Action<SortedDictionary<string, LayerEntry>> spoil, ErrorCode code, string culprit = Proxy)
    {
        VerificationReport report = await VerifyAsync(spoil);
        Assert.Contains(report.Findings, finding => finding.Code == code && finding.ToString().Contains(culprit, StringComparison.Ordinal));
        Assert.NotEqual(ClosureState.Complete, Entry(report).State);
    }

    private static ClosureEntry Entry(VerificationReport report) => Assert.Single(report.Closure, entry => entry.Reference == Proxy);

    private static async Task<VerificationReport> VerifyAsync(Action<SortedDictionary<string, LayerEntry>> spoil)
    {
        NodeImageBuilder node = NodeImageBuilder.Sound();
        PreloadSpec proxy = node.Images.Single(image => image.References[0] == Proxy);
        string config = Oci.Digest.Of(proxy.Config).Hex + ".json";
        SortedDictionary<string, LayerEntry> files = new(StringComparer.Ordinal)
        {
            [config] = NodeImageBuilder.File(config, proxy.Config),
            ["own/layer.tar"] = NodeImageBuilder.File("own/layer.tar", proxy.Layer),
            ["manifest.json"] = NodeImageBuilder.File(
                "manifest.json",
                Encoding.ASCII.GetBytes($$"""[{"Config":"{{config}}","RepoTags":["{{Proxy}}"],"Layers":["own/layer.tar"]}]""")
            ),
        };
        spoil(files);
        // The record still has the image; the store has it no longer.
        node.Records = static records =>
            records with
            {
                Images =
                [
                    .. records.Images.Where(static image =>
                        image.Name != Proxy && !image.Name.StartsWith("registry.k8s.io/kube-proxy@", StringComparison.Ordinal)
                    ),
                ],
            };
        node.Bytes("usr/lib/nodeforge/images/proxy.tar", NodeImageBuilder.Tar(files.Values));
        return await ImageVerifier.VerifyAsync(node.Build(), CancellationToken.None);
    }

    private static string Text(SortedDictionary<string, LayerEntry> files) =>
        Encoding.ASCII.GetString(((InlineContent)files["manifest.json"].Content!).Bytes.Span);

    private static void Rename(SortedDictionary<string, LayerEntry> files, string name)
    {
        string config = files.Keys.Single(static path => path.EndsWith(".json", StringComparison.Ordinal) && path.Length == 69);
        files[name] = NodeImageBuilder.File(name, ((InlineContent)files[config].Content!).Bytes.ToArray());
        files["manifest.json"] = NodeImageBuilder.File(
            "manifest.json",
            Encoding.ASCII.GetBytes(Text(files).Replace(config, name, StringComparison.Ordinal))
        );
        files.Remove(config);
    }
}
