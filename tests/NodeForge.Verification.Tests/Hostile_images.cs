using NodeForge.Oci;
using NodeForge.Verification.Images;

namespace NodeForge.Verification.Tests;

/// <summary>Whatever bytes an image has, there is a report of it in the end.</summary>
public sealed class Hostile_images
{
    [Fact]
    public async Task Bytes_that_are_changed_anywhere_are_told_and_break_nothing()
    {
        Random random = new(20261128);
        for (int round = 0; round < 150; round++)
        {
            NodeImageBuilder node = NodeImageBuilder.Sound();
            node.Archive = bytes =>
            {
                for (int i = 0; i < 4; i++)
                    bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                return bytes;
            };
            VerificationReport report = await ImageVerifier.VerifyAsync(node.Build(), CancellationToken.None);
            Assert.NotEmpty(report.Checks);
        }
    }

    [Fact]
    public async Task Records_of_any_bytes_are_told_and_break_nothing()
    {
        Random random = new(7);
        string[] files = ["usr/lib/nodeforge/image.json", "var/lib/containerd/io.containerd.metadata.v1.bolt/meta.db", "kind/version"];
        for (int round = 0; round < 150; round++)
        {
            NodeImageBuilder node = NodeImageBuilder.Sound();
            string file = files[round % files.Length];
            node.Last = last =>
            {
                byte[] bytes = [.. ((Oci.Layers.InlineContent)last[file].Content!).Bytes.Span];
                for (int i = 0; i < 3; i++)
                    bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                last[file] = NodeImageBuilder.File(file, bytes);
            };
            VerificationReport report = await ImageVerifier.VerifyAsync(node.Build(), CancellationToken.None);
            Assert.NotEmpty(report.Checks);
        }
    }

    [Theory]
    [InlineData("etc/containerd/config.toml", "[plugins]\n\"io.containerd.grpc.v1.cri\" = 7\n")]
    [InlineData("etc/containerd/config.toml", "version = 2\nplugins = 7\ndisabled_plugins = 3\n")]
    [InlineData(
        "etc/containerd/config.toml",
        "version = 2\n[plugins.\"io.containerd.grpc.v1.cri\"]\ncontainerd = 1\nregistry = [1]\ncni = \"x\"\n"
    )]
    [InlineData(
        "etc/containerd/config.toml",
        "version = 2\ndisabled_plugins = [1, [2], {a = 3}]\n[plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes]\nrunc = 1\n"
    )]
    [InlineData("usr/lib/nodeforge/node.env", "=\n==\nSANDBOX_IMAGE=UPPER/case\n")]
    [InlineData("usr/lib/systemd/system/containerd.service", "[Service]\nExecStart=\\\nExecStart=@-+!\nExecStartPre=%n\nExec\n")]
    [InlineData("var/lib/dpkg/status", "Version: \n\nPackage: \n\n: \n")]
    [InlineData("kind/manifests/odd.yaml", "image:\nimage: {{ .Image }}\nimage: \"\nimage: '[:'\n")]
    public async Task Settings_of_any_form_are_told_and_break_nothing(string file, string text)
    {
        NodeImageBuilder node = NodeImageBuilder.Sound();
        node.Text(file, text);
        Assert.NotEmpty((await ImageVerifier.VerifyAsync(node.Build(), CancellationToken.None)).Checks);
    }

    [Fact]
    public async Task Links_in_a_circle_lead_nowhere()
    {
        NodeImageBuilder node = NodeImageBuilder.Sound();
        node.Link("etc/ssl/certs", "/etc/ssl/certs");
        node.Link("usr/bin/containerd", "containerd2");
        node.Link("usr/bin/containerd2", "containerd");
        VerificationReport report = await ImageVerifier.VerifyAsync(node.Build(), CancellationToken.None);
        Assert.Contains(report.Findings, finding => finding.Code == ErrorCodes.UnitProgramMissing);
    }

    [Fact]
    public async Task An_image_that_is_no_node_is_checked_for_what_holds_for_every_image()
    {
        NodeImageBuilder node = NodeImageBuilder.Sound();
        node.Last = files => files.Clear();
        VerificationReport report = await ImageVerifier.VerifyAsync(node.Build(), CancellationToken.None);
        Assert.True(report.IsSound, string.Join('\n', report.Findings));
        Assert.Empty(report.Closure);
        Assert.Contains(report.Checks, check => check.Verdict == CheckVerdict.Skipped);
    }

    [Fact]
    public async Task A_node_image_of_another_program_is_told_without_its_record()
    {
        NodeImageBuilder node = NodeImageBuilder.Sound();
        node.Last = files => files.Remove("usr/lib/nodeforge/image.json");
        VerificationReport report = await ImageVerifier.VerifyAsync(node.Build(), CancellationToken.None);
        Assert.True(report.IsSound, string.Join('\n', report.Findings));
        Assert.Equal(ErrorCodes.NodeRecordUnreadable, Assert.Single(report.Findings).Code);
        Assert.Equal(8, report.Closure.Count);
    }
}
