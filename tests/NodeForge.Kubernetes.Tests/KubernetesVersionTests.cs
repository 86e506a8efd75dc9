namespace NodeForge.Kubernetes.Tests;

public class KubernetesVersionTests
{
    [Theory]
    [InlineData("v1.20.2", "v1.20.2", "1.20.2", "v1.20.2")]
    [InlineData("1.33.0", "v1.33.0", "1.33.0", "v1.33.0")]
    [InlineData("v1.34.0-rc.1", "v1.34.0-rc.1", "1.34.0-rc.1", "v1.34.0-rc.1")]
    [InlineData("v1.28.4+k3s1", "v1.28.4+k3s1", "1.28.4+k3s1", "v1.28.4_k3s1")]
    public void The_v_and_the_tag_follow_from_the_number(string text, string shown, string number, string tag)
    {
        KubernetesVersion version = KubernetesVersion.Parse(text);

        Assert.Equal((shown, number, tag), (version.ToString(), version.Number, version.ImageTag));
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("v")]
    [InlineData("vv1.20.2")]
    [InlineData("V1.20.2")]
    [InlineData("v1.20")]
    [InlineData("v1.20.2.1")]
    [InlineData("v01.20.2")]
    [InlineData(" v1.20.2")]
    [InlineData("v1.20.2\n")]
    [InlineData("v1.20.99999999999")]
    [InlineData("latest")]
    [InlineData("v1.20.2-rc.01")]
    public void What_is_no_full_version_is_refused(string? text) => Assert.False(KubernetesVersion.TryParse(text, out _));

    [Fact]
    public void Order_is_by_number_and_a_candidate_comes_before_its_release()
    {
        string[] ordered =
        [
            "v1.9.11",
            "v1.20.2",
            "v1.20.10",
            "v1.33.0-alpha.2",
            "v1.33.0-alpha.10",
            "v1.33.0-rc.0",
            "v1.33.0",
            "v1.33.0+a",
        ];

        Assert.Equal(ordered, ordered.Reverse().Select(KubernetesVersion.Parse).Order().Select(version => version.ToString()));
    }

    [Fact]
    public void Candidates_are_ordered_as_semantic_versioning_says()
    {
        // Item 11 of its specification, with numbers beyond 32 and 64 bits, and capital letters, which ASCII has first.
        string[] ordered =
        [
            "v1.0.0-1",
            "v1.0.0-2147483648",
            "v1.0.0-4294967297",
            "v1.0.0-18446744073709551616",
            "v1.0.0-Beta",
            "v1.0.0-alpha",
            "v1.0.0-alpha.1",
            "v1.0.0-alpha.beta",
            "v1.0.0-beta",
            "v1.0.0-beta.2",
            "v1.0.0-beta.11",
            "v1.0.0-beta.20261128000000",
            "v1.0.0-rc.1",
            "v1.0.0",
        ];

        Assert.Equal(ordered, ordered.Reverse().Select(KubernetesVersion.Parse).Order().Select(version => version.ToString()));
    }

    [Theory]
    [InlineData("v1.0.0-RC.1", "v1.0.0-rc.1")]
    [InlineData("v1.0.0-rc.4294967296", "v1.0.0-rc.4294967297")]
    public void Two_that_are_not_the_same_text_have_an_order(string first, string second)
    {
        KubernetesVersion left = KubernetesVersion.Parse(first),
            right = KubernetesVersion.Parse(second);

        Assert.True(left < right && right > left && left != right);
    }

    [Theory]
    [InlineData("v1.20.2", "v1.20.5", true)]
    [InlineData("v1.20.5", "v1.20.2", true)]
    [InlineData("v1.18.0", "v1.20.2", true)]
    [InlineData("v1.17.0", "v1.20.2", false)]
    [InlineData("v1.21.0", "v1.20.2", false)]
    [InlineData("v1.25.0", "v1.28.0", true)]
    [InlineData("v1.24.0", "v1.28.0", false)]
    [InlineData("v2.0.0", "v1.28.0", false)]
    public void A_kubelet_may_be_behind_its_API_server_by_the_policy_and_never_ahead(string kubelet, string apiServer, bool allowed) =>
        Assert.Equal(allowed, KubernetesVersion.Parse(kubelet).MayServe(KubernetesVersion.Parse(apiServer)));
}
