using NodeForge.Oci;
using NodeForge.Verification.Images;

namespace NodeForge.Verification.Tests;

/// <summary>Whatever is wrong with a node image is found, and told by a code of its own that names the culprit.</summary>
public sealed class Spoilt_node_images
{
    private static readonly Dictionary<string, Mutation> Mutations = StoreMutations
        .All.Concat(NodeMutations.All)
        .ToDictionary(mutation => mutation.Name);

    public static TheoryData<string> Names => [.. Mutations.Keys];

    [Fact]
    public async Task A_node_image_that_nobody_spoilt_passes_without_a_word()
    {
        VerificationReport report = await VerifyAsync(NodeImageBuilder.Sound());
        Assert.Empty(report.Findings.Select(finding => finding.ToString()));
        Assert.True(report.IsSound);
        Assert.Equal(8, report.Closure.Count);
        Assert.All(report.Closure, entry => Assert.Equal(ClosureState.Complete, entry.State));
        Assert.All(report.Checks, check => Assert.NotEqual(CheckVerdict.Failed, check.Verdict));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task What_is_wrong_is_told_with_its_code_and_its_culprit(string name)
    {
        Mutation mutation = Mutations[name];
        NodeImageBuilder node = NodeImageBuilder.Sound();
        mutation.Spoil(node);
        VerificationReport report = await VerifyAsync(node);
        Assert.False(report.IsSound, "nothing was found");
        Assert.Contains(
            report.Findings,
            finding =>
                finding.Severity == Severity.Error
                && finding.Code == mutation.Code
                && finding.ToString().Contains(mutation.Culprit, StringComparison.Ordinal)
        );
        Assert.All(report.Findings, finding => Assert.NotNull(finding.Hint));
    }

    [Fact]
    public async Task A_name_that_the_CRI_looks_for_and_nobody_wrote_is_warned_of()
    {
        NodeImageBuilder node = NodeImageBuilder.Sound();
        string id = Digest.Of(node.Images[0].Config).ToString();
        node.Records = records => records with { Images = [.. records.Images.Where(image => image.Name != id)] };
        VerificationReport report = await VerifyAsync(node);
        Assert.True(report.IsSound);
        Diagnostic finding = Assert.Single(report.Findings);
        Assert.Equal(ErrorCodes.StoreNameMissing, finding.Code);
        Assert.Equal(id, finding.Want);
    }

    // As kind build node-image leaves it: images are imported under their tags, and containerd has made its folder.
    [Fact]
    public async Task An_image_that_another_tool_made_need_not_have_what_ours_have()
    {
        NodeImageBuilder node = NodeImageBuilder.Sound();
        node.Records = records =>
            records with
            {
                Images = [.. records.Images.Where(image => !image.Name.Contains('@', StringComparison.Ordinal))],
            };
        node.Folder("etc/cni/net.d", 0x1c0); // 0700
        node.Last = files => files.Remove("usr/lib/nodeforge/image.json");
        VerificationReport report = await VerifyAsync(node);
        Assert.Equal([ErrorCodes.NodeRecordUnreadable], report.Findings.Select(finding => finding.Code));
        Assert.True(report.IsSound);
    }

    [Fact]
    public void There_are_forty_of_them_at_least() => Assert.InRange(Mutations.Count, 40, int.MaxValue);

    private static async Task<VerificationReport> VerifyAsync(NodeImageBuilder node)
    {
        Image image = node.Build();
        return await ImageVerifier.VerifyAsync(image, CancellationToken.None);
    }
}
