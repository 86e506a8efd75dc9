using NodeForge.Verification.Images;

namespace NodeForge.Verification.Tests;

/// <summary>A build ends only with an image whose clusters find everything that they ask for, or with one that says of itself that they may
/// not.</summary>
public sealed class Requiring_a_closure
{
    [Fact]
    public async Task A_whole_closure_is_taken_without_a_word() =>
        Assert.Empty(await ImageVerifier.ClosureProblemsAsync(NodeImageBuilder.Sound().Build(), CancellationToken.None));

    [Fact]
    public async Task Every_image_that_is_missing_is_told_at_once()
    {
        NodeImageBuilder node = NodeImageBuilder.Sound();
        node.Images.RemoveAll(image => image.References[0].Contains("/kube-", StringComparison.Ordinal));
        IReadOnlyList<Diagnostic> problems = await ImageVerifier.ClosureProblemsAsync(node.Build(), CancellationToken.None);
        Assert.Equal(4, problems.Count(problem => problem.Code == ErrorCodes.ClosureImageMissing));
        Assert.All(problems, problem => Assert.Contains("--allow-open-closure", problem.Hint, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_image_that_says_that_its_closure_is_open_is_warned_of()
    {
        NodeImageBuilder node = NodeImageBuilder.Sound();
        node.Images.RemoveAll(image => image.References[0].Contains("/kube-proxy", StringComparison.Ordinal));
        node.Record = record => record["openClosure"] = true;
        Assert.Empty(await ImageVerifier.ClosureProblemsAsync(node.Build(), CancellationToken.None));
        VerificationReport report = await ImageVerifier.VerifyAsync(node.Build(), CancellationToken.None);
        Assert.True(report.IsSound);
        Assert.Equal(Severity.Warning, Assert.Single(report.Findings).Severity);
    }

    [Fact]
    public async Task What_a_build_wrote_is_read_as_every_image_is()
    {
        foreach (Mutation mutation in StoreMutations.All.Where(mutation => mutation.Code != ErrorCodes.StoreBlobDamaged))
        {
            NodeImageBuilder node = NodeImageBuilder.Sound();
            mutation.Spoil(node);
            IReadOnlyList<Diagnostic> problems = await ImageVerifier.ClosureProblemsAsync(node.Build(), CancellationToken.None);
            Assert.Contains(
                problems,
                problem => problem.Code == mutation.Code && problem.ToString().Contains(mutation.Culprit, StringComparison.Ordinal)
            );
        }
    }

    [Fact]
    public async Task An_image_that_is_no_node_is_asked_for_nothing()
    {
        NodeImageBuilder node = NodeImageBuilder.Sound();
        node.Last = static files => files.Clear();
        Assert.Empty(await ImageVerifier.ClosureProblemsAsync(node.Build(), CancellationToken.None));
    }
}
