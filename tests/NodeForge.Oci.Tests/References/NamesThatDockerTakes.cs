namespace NodeForge.Oci.Tests.References;

/// <summary>The grammar of the distribution project's <c>reference</c> package, case by case, normalised as docker does it.</summary>
public sealed class NamesThatDockerTakes
{
    private const string Hex = "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";

    [Theory]
    [InlineData("name_com", "docker.io", "library/name_com", "latest")]
    [InlineData("name.com:tag", "docker.io", "library/name.com", "tag")]
    [InlineData("name.com:5000", "docker.io", "library/name.com", "5000")]
    [InlineData("name.com/repo:tag", "name.com", "repo", "tag")]
    [InlineData("name:5000/repo", "name:5000", "repo", "latest")]
    [InlineData("name:5000/repo:tag", "name:5000", "repo", "tag")]
    [InlineData("lower:Upper", "docker.io", "library/lower", "Upper")]
    [InlineData("sub-dom.name.com/a/b/c:long-tag", "sub-dom.name.com", "a/b/c", "long-tag")]
    [InlineData("name.io/other.name.com/my-app:other.name.com", "name.io", "other.name.com/my-app", "other.name.com")]
    [InlineData("xn--n3h.com:18080/image:xn--n3h.com", "xn--n3h.com:18080", "image", "xn--n3h.com")]
    [InlineData("under_score.com:8080", "docker.io", "library/under_score.com", "8080")]
    [InlineData("user/under_score.com:8080", "docker.io", "user/under_score.com", "8080")]
    [InlineData("under_score/repo", "docker.io", "under_score/repo", "latest")]
    [InlineData("name-com:8080/repo", "name-com:8080", "repo", "latest")]
    [InlineData("192.168.1.1", "docker.io", "library/192.168.1.1", "latest")]
    [InlineData("192.168.1.1:5000", "docker.io", "library/192.168.1.1", "5000")]
    [InlineData("192.168.1.1/repo", "192.168.1.1", "repo", "latest")]
    [InlineData("192.168.1.1:5000/repo:5050", "192.168.1.1:5000", "repo", "5050")]
    [InlineData("[2001:db8::1]/repo", "[2001:db8::1]", "repo", "latest")]
    [InlineData("[2001:db8:1:2:3:4:5:6]/repo:tag", "[2001:db8:1:2:3:4:5:6]", "repo", "tag")]
    [InlineData("[2001:db8::]:5000/repo", "[2001:db8::]:5000", "repo", "latest")]
    [InlineData("index.docker.io/user/repo", "docker.io", "user/repo", "latest")]
    [InlineData("index.docker.io/library/repo", "docker.io", "library/repo", "latest")]
    [InlineData("docker.io/repo", "docker.io", "library/repo", "latest")]
    [InlineData("docker.io/library/a/b", "docker.io", "library/a/b", "latest")]
    [InlineData("library/a/b", "docker.io", "library/a/b", "latest")]
    [InlineData("library/repo-12.04-base", "docker.io", "library/repo-12.04-base", "latest")]
    [InlineData("Upper/repo", "Upper", "repo", "latest")]
    [InlineData("UPPER/repo", "UPPER", "repo", "latest")]
    [InlineData("docker.io/" + Hex, "docker.io", "library/" + Hex, "latest")]
    [InlineData("a---b/repo", "docker.io", "a---b/repo", "latest")]
    [InlineData("a__b/repo", "docker.io", "a__b/repo", "latest")]
    [InlineData("d/t", "docker.io", "d/t", "latest")]
    [InlineData(
        "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "docker.io",
        "library/fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "latest"
    )]
    [InlineData(
        "thisnamehassixtyfourcharactersandisnohexadecimalnumberofthatsizez",
        "docker.io",
        "library/thisnamehassixtyfourcharactersandisnohexadecimalnumberofthatsizez",
        "latest"
    )]
    public void A_name_falls_into_its_parts(string text, string registry, string repository, string tag)
    {
        ImageReference read = ImageReference.Parse(text);
        Assert.Equal((registry, repository, tag), (read.Registry, read.Repository, read.Tag));
    }

    [Theory]
    [InlineData("name:5000/repo@sha256:" + Hex, null)]
    [InlineData("name:5000/repo:tag@sha256:" + Hex, "tag")]
    [InlineData("[2001:db8::1]:5000/repo@sha256:" + Hex, null)]
    [InlineData("[2001:db8::1]:5000/repo:tag@sha256:" + Hex, "tag")]
    public void A_digest_is_kept_beside_the_tag(string text, string? tag)
    {
        ImageReference read = ImageReference.Parse(text);
        Assert.Equal((tag, "sha256:" + Hex, text), (read.Tag, read.Digest.ToString(), read.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData(":tag")]
    [InlineData("@sha256:" + Hex)]
    [InlineData("repo@sha256:ffffffffffffffffffffffffffffffffff")]
    [InlineData("repo@nodigest:" + Hex)]
    [InlineData("repo@sha256:FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF")]
    [InlineData("Upper:tag")]
    [InlineData("name:5000/Upper/lower:tag")]
    [InlineData("user/Upper")]
    [InlineData("docker.io/user/Upper")]
    [InlineData("aa/asdf$$^/aa")]
    [InlineData("https://name.com/user/repo")]
    [InlineData("-repo")]
    [InlineData("-user/repo")]
    [InlineData("user-/repo")]
    [InlineData("-name.io/user/repo")]
    [InlineData("user///repo")]
    [InlineData("docker.io/user///repo")]
    [InlineData("user/")]
    [InlineData("____/____")]
    [InlineData("_user/_repo")]
    [InlineData("us..er/repo")]
    [InlineData("us_.er/repo")]
    [InlineData("us-.er/repo")]
    [InlineData("[2001:db8::1]")]
    [InlineData("[2001:db8::1]:5000")]
    [InlineData("[2001:db8::1]:tag")]
    [InlineData("fc00::1:5000/repo")]
    [InlineData("[fe80::1%eth0]:5000/repo")]
    [InlineData("[fe80::1%@zone]:5000/repo")]
    [InlineData("[2001:db8:3:4::192.0.2.33]:5000/repo")]
    [InlineData(Hex)]
    public void What_docker_refuses_is_refused(string text) => Assert.False(ImageReference.TryParse(text, out _));

    // Docker takes this one; no registry or engine that we write for keeps images by it, and the store knows sha256 alone.
    [Fact]
    public void A_digest_of_another_algorithm_is_refused_by_name()
    {
        Assert.False(ImageReference.TryParse($"name.com/repo:tag@sha512:{Hex}{Hex}", out _, out string? problem));
        Assert.Contains("sha256", problem, StringComparison.Ordinal);
    }
}
