using NodeForge.Oci;
using NodeForge.Oci.Layers;
using NodeForge.Verification.Images;
using NodeForge.Verification.Reproduction;

namespace NodeForge.Verification.Tests;

/// <summary>Two images are compared down to the byte, and what is told is what differs.</summary>
public sealed class Comparing_images
{
    [Fact]
    public async Task An_image_is_the_same_bits_as_itself()
    {
        ImageDifference difference = await CompareAsync(_ => { });
        Assert.Equal(Sameness.SameBits, difference.Sameness);
        Assert.Empty(difference.Layers);
    }

    [Fact]
    public async Task The_first_byte_that_differs_is_told_with_its_file_and_layer()
    {
        ImageDifference difference = await CompareAsync(node => node.Text("usr/local/bin/entrypoint", "#!/bin/bash\nexEc \"$@\"\n", 0x1ed));
        Assert.Equal(Sameness.Different, difference.Sameness);
        LayerDifference layer = Assert.Single(difference.Layers);
        Assert.Equal(1, layer.Number);
        Assert.Equal("base", layer.Title);
        EntryDifference entry = Assert.Single(layer.Entries);
        Assert.Equal("usr/local/bin/entrypoint", entry.Path);
        Assert.Equal("content", Assert.Single(entry.Fields).Name);
        Assert.Equal(
            new ByteDifference(14, Convert.ToHexStringLower("ec \"$@\"\n"u8), Convert.ToHexStringLower("Ec \"$@\"\n"u8)),
            entry.FirstByte
        );
    }

    [Fact]
    public async Task A_header_field_is_told_by_name()
    {
        ImageDifference difference = await CompareAsync(node =>
            node.Files["etc/machine-id"] = node.Files["etc/machine-id"] with
            {
                Header = node.Files["etc/machine-id"].Header with { Mode = 0x124, Uid = 7 },
            }
        );
        EntryDifference entry = Assert.Single(Assert.Single(difference.Layers).Entries);
        Assert.Equal([new FieldDifference("mode", "644", "444"), new FieldDifference("owner", "0:0", "7:0")], entry.Fields);
        Assert.Null(entry.FirstByte);
    }

    [Fact]
    public async Task Files_that_one_image_alone_has_are_told()
    {
        ImageDifference difference = await CompareAsync(node =>
        {
            node.Files.Remove("etc/machine-id");
            node.Text("etc/hosts", "x");
        });
        LayerDifference layer = Assert.Single(difference.Layers);
        Assert.Equal(2, layer.Changed);
        Assert.Equal(
            [("etc/machine-id", EntryChange.Missing), ("etc/hosts", EntryChange.Added)],
            layer.Entries.Select(entry => (entry.Path, entry.Change))
        );
    }

    [Fact]
    public async Task A_setting_of_the_config_is_told_by_its_path()
    {
        ImageDifference difference = await CompareAsync(node => node.Defaults = node.Defaults with { StopSignal = "SIGTERM" });
        Assert.Equal([new FieldDifference("config.config.StopSignal", "\"SIGRTMIN+3\"", "\"SIGTERM\"")], difference.Documents);
        Assert.Empty(difference.Layers);
    }

    [Fact]
    public async Task Annotations_alone_leave_the_image_what_it_is()
    {
        Image first = NodeImageBuilder.Sound().Build();
        Manifest annotated = first.Manifest with { Annotations = new() { ["a"] = "b" } };
        Image second = first with { Manifest = annotated, RawManifest = RawDocument.Create(MediaTypes.Manifest, OciJson.Write(annotated)) };
        ImageDifference difference = await ImageComparison.CompareAsync(first, second, CancellationToken.None);
        Assert.Equal(Sameness.SameImage, difference.Sameness);
        Assert.Equal("manifest.annotations", Assert.Single(difference.Documents).Name);
    }

    [Fact]
    public async Task A_report_fails_where_the_image_is_another_one_than_it_should_be()
    {
        ImageDifference difference = await CompareAsync(node => node.Text("etc/hosts", "x"));
        VerificationReport report = (await ImageVerifier.VerifyAsync(NodeImageBuilder.Sound().Build(), CancellationToken.None)).With(
            difference
        );
        Diagnostic finding = Assert.Single(report.Findings);
        Assert.Equal(ErrorCodes.ImagesDiffer, finding.Code);
        Assert.Contains("layer 1 (base), added /etc/hosts", finding.ToString(), StringComparison.Ordinal);
        Assert.False(report.IsSound);
    }

    private static async Task<ImageDifference> CompareAsync(Action<NodeImageBuilder> change)
    {
        NodeImageBuilder changed = NodeImageBuilder.Sound();
        change(changed);
        return await ImageComparison.CompareAsync(NodeImageBuilder.Sound().Build(), changed.Build(), CancellationToken.None);
    }
}
