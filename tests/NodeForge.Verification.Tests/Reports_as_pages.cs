using NodeForge.Verification.Images;
using NodeForge.Verification.Reports;

namespace NodeForge.Verification.Tests;

/// <summary>The page can be handed on: it loads nothing, and shows what an image says as text.</summary>
public sealed class Reports_as_pages
{
    [Fact]
    public async Task The_page_has_verdicts_closure_layers_and_components()
    {
        string page = HtmlReport.Write([await ImageVerifier.VerifyAsync(NodeImageBuilder.Sound().Build(), CancellationToken.None)]);
        Assert.All(
            new[]
            {
                "what units start",
                "registry.k8s.io/kube-proxy:v1.31.1",
                "node configuration",
                "1.7.24~ds1-6",
                "prefers-color-scheme: dark",
                "max-width: 40rem",
            },
            text => Assert.Contains(text, page, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task No_request_leaves_the_page()
    {
        string page = HtmlReport.Write([await ImageVerifier.VerifyAsync(NodeImageBuilder.Sound().Build(), CancellationToken.None)]);
        Assert.Contains("default-src 'none'", page, StringComparison.Ordinal);
        Assert.All(
            new[] { "<script", "src=", "href=", "url(", "@import", "<link", "<img" },
            tag => Assert.DoesNotContain(tag, page, StringComparison.OrdinalIgnoreCase)
        );
    }

    [Fact]
    public async Task What_an_image_says_stays_text()
    {
        NodeImageBuilder node = NodeImageBuilder.Sound();
        node.Text("kind/manifests/evil.yaml", "image: evil/<script>alert(1)</script>\n");
        node.Program("usr/bin/<b>kubelet", FakeProgram.Elf(FakeProgram.Arm64));
        string page = HtmlReport.Write([await ImageVerifier.VerifyAsync(node.Build(), CancellationToken.None)]);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<b>kubelet", page, StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;kubelet", page, StringComparison.Ordinal);
    }
}
