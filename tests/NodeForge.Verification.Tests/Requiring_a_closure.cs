namespace NodeForge.Verification.Tests;

/// <summary>A build ends only with an image whose clusters find everything that they ask for, or with one that says of itself that they may not.</summary>
public sealed class Requiring_a_closure
{
    [Fact]
    public async Task A_whole_closure_is_taken_without_a_word() => await ImageVerifier.RequireClosureAsync(NodeImageBuilder.Sound().Build(), CancellationToken.None);

    [Fact]
    public async Task Every_image_that_is_missing_is_told_at_once()
    {
        NodeImageBuilder node = NodeImageBuilder.Sound();
        node.Images.RemoveAll(image => image.References[0].Contains("/kube-", StringComparison.Ordinal));
        NodeForgeException failure = await Assert.ThrowsAsync<NodeForgeException>(() => ImageVerifier.RequireClosureAsync(node.Build(), CancellationToken.None));
        Assert.Equal(4, failure.Diagnostics.Count(problem => problem.Code == ErrorCodes.ClosureImageMissing));
    }

    [Fact]
    public async Task An_image_that_says_that_its_closure_is_open_is_warned_of()
    {
        NodeImageBuilder node = NodeImageBuilder.Sound();
        node.Images.RemoveAll(image => image.References[0].Contains("/kube-proxy", StringComparison.Ordinal));
        node.Record = record => record["openClosure"] = true;
        await ImageVerifier.RequireClosureAsync(node.Build(), CancellationToken.None);
        VerificationReport report = await ImageVerifier.VerifyAsync(node.Build(), CancellationToken.None);
        Assert.True(report.IsSound);
        Assert.Equal(Severity.Warning, Assert.Single(report.Findings).Severity);
    }
}
