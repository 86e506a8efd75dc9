using FsCheck;
using FsCheck.Fluent;

namespace NodeForge.Oci.Tests.References;

public sealed class ImageReferenceTests
{
    private const string Hex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    [Theory]
    [InlineData("alpine", "docker.io/library/alpine:latest")]
    [InlineData("kindest/node:v1.20.2", "docker.io/kindest/node:v1.20.2")]
    [InlineData("index.docker.io/alpine", "docker.io/library/alpine:latest")]
    [InlineData("docker.io/alpine", "docker.io/library/alpine:latest")]
    [InlineData("localhost/x", "localhost/x:latest")]
    [InlineData("localhost:5000/a/b:c", "localhost:5000/a/b:c")]
    [InlineData("Host/x", "Host/x:latest")]
    [InlineData("registry.k8s.io/coredns/coredns:v1.7.0", "registry.k8s.io/coredns/coredns:v1.7.0")]
    [InlineData("[::1]:5000/x", "[::1]:5000/x:latest")]
    [InlineData("a__b/c-d--e.f_g:T.a-g", "docker.io/a__b/c-d--e.f_g:T.a-g")]
    [InlineData("localhost:5000", "docker.io/library/localhost:5000")]
    [InlineData("pause@sha256:" + Hex, "docker.io/library/pause@sha256:" + Hex)]
    [InlineData("pause:3.2@sha256:" + Hex, "docker.io/library/pause:3.2@sha256:" + Hex)]
    public void A_name_is_completed_as_docker_and_containerd_do_it(string text, string full) =>
        Assert.Equal(full, ImageReference.Parse(text).ToString());

    [Fact]
    public void Containerd_keeps_an_image_with_a_digest_under_the_digest_alone() =>
        Assert.Equal("docker.io/library/pause@sha256:" + Hex, ImageReference.Parse("pause:3.2@sha256:" + Hex).ContainerdName);

    [Theory]
    [InlineData("", "begins with")]
    [InlineData(":tag", "begins with")]
    [InlineData("Alpine", "lower case")]
    [InlineData("docker.io/", "single '.'")]
    [InlineData("a/../b", "single '.'")]
    [InlineData("../../etc/passwd", "host name")]
    [InlineData("a//b", "single '.'")]
    [InlineData("a___b", "single '.'")]
    [InlineData("-a", "single '.'")]
    [InlineData("a b", "single '.'")]
    [InlineData("a\n", "single '.'")]
    [InlineData("a:", "a tag is")]
    [InlineData("a:-x", "a tag is")]
    [InlineData("a:b\n", "a tag is")]
    [InlineData("a@sha256:" + "0", "digest")]
    [InlineData("a@md5:d41d8cd98f00b204e9800998ecf8427e", "digest")]
    [InlineData("host.name:port/x", "host name")]
    [InlineData("-host.name/x", "host name")]
    [InlineData(Hex, "image ID")]
    public void A_name_that_containerd_would_refuse_is_refused_with_the_rule_it_breaks(string text, string rule)
    {
        NodeForgeException refused = Assert.Throws<NodeForgeException>(() => ImageReference.Parse(text));
        Assert.Same(ErrorCodes.InvalidImageReference, refused.Diagnostics[0].Code);
        Assert.Contains(rule, refused.Diagnostics[0].What, StringComparison.Ordinal);
        Assert.False(ImageReference.TryParse(text, out _));
    }

    // The rows of the distribution project's own tests that have to do with lengths, their domain "a" written as one that is a registry.
    [Theory]
    [InlineData("h.io/", 255)]
    [InlineData("a-registry-of-a-long-name.example.com:5000/", 255)]
    [InlineData("[2001:db8::1]:5000/", 255)]
    [InlineData("", 255 - 8)] // library/
    [InlineData("docker.io/", 255 - 8)]
    public void A_repository_may_have_255_characters_whatever_its_registry_is_called(string registry, int longest)
    {
        string text = registry + new string('a', longest) + ":tag-puts-this-over-max";
        Assert.Equal(255, ImageReference.Parse(text).Repository.Length);
        Assert.False(ImageReference.TryParse(registry + new string('a', longest + 1), out _, out string? problem));
        Assert.Contains("255", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_repository_of_many_parts_is_no_longer_than_one_of_one()
    {
        string parts = string.Concat(Enumerable.Repeat("a/", 127)) + "a";
        Assert.Equal(parts, ImageReference.Parse("a.io/" + parts).Repository);
        Assert.False(ImageReference.TryParse("a.io/a/" + parts, out _));
    }

    [Fact]
    public void A_tag_may_have_128_characters_and_a_registry_what_a_host_name_may()
    {
        string longest = "h.io/a:" + new string('t', 128);
        Assert.Equal(longest, ImageReference.Parse(longest).ToString());
        Assert.False(ImageReference.TryParse("a:" + new string('t', 129), out _));
        string host = string.Join('.', new string('h', 63), new string('h', 63), new string('h', 63), new string('h', 61));
        Assert.Equal(host + ":65535", ImageReference.Parse(host + ":65535/a").Registry);
        Assert.False(ImageReference.TryParse(host + "h:65535/a", out _));
    }

    [Fact]
    public void A_hostile_name_of_a_megabyte_is_refused_at_once()
    {
        foreach (string unit in new[] { "a-", "a.", "A", "-", "a/", ":", "@" })
            Assert.False(ImageReference.TryParse(string.Concat(Enumerable.Repeat(unit, 500_000)) + "!", out _));
    }

    [Fact]
    public void What_is_parsed_and_written_parses_to_the_same() =>
        Prop.ForAll(
                Names().ToArbitrary(),
                text =>
                {
                    ImageReference first = ImageReference.Parse(text);
                    return ImageReference.Parse(first.ToString()) == first
                        && ImageReference.Parse(first.ContainerdName).ContainerdName == first.ContainerdName;
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Any_text_is_parsed_or_refused_and_never_breaks_the_parser() =>
        Prop.ForAll<string>(text => ImageReference.TryParse(text, out ImageReference? reference) == (reference is not null))
            .QuickCheckThrowOnFailure();

    private static Gen<string> Names()
    {
        Gen<string> part = Gen.Elements("a", "node", "k8s.io", "a__b", "x--y", "0");
        Gen<string> registry = Gen.Elements("", "localhost/", "docker.io/", "r.example:5000/", "[::1]/");
        Gen<string> tag = Gen.Elements("", ":latest", ":v1.20.2", ":_");
        Gen<string> digest = Gen.Elements("", "@sha256:" + Hex);
        return from r in registry
            from parts in part.NonEmptyListOf()
            from t in tag
            from d in digest
            select r
                + string.Join(
                    '/',
                    parts.Take(5).Select((p, i) => i == 0 && r.Length == 0 ? p.Replace(".io", "", StringComparison.Ordinal) : p)
                )
                + t
                + d;
    }
}
