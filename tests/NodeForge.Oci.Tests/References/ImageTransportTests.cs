using NodeForge.Oci.Layouts;

namespace NodeForge.Oci.Tests.References;

public sealed class ImageTransportTests
{
    public static TheoryData<string, ImageTransport> Places => new()
    {
        { "oci:out", new ImageTransport.OciFolder("out", null) },
        { "oci:/a b/out:v1", new ImageTransport.OciFolder("/a b/out", "v1") },
        { "oci:out:docker.io/library/x:1", new ImageTransport.OciFolder("out", "docker.io/library/x:1") },
        { "oci-archive:x.tar:v1", new ImageTransport.OciFile("x.tar", "v1") },
        { "docker-archive:x.tar", new ImageTransport.DockerFile("x.tar", null) },
        { "docker-archive:x.tar:a/b:c", new ImageTransport.DockerFile("x.tar", ImageReference.Parse("a/b:c")) },
        { "docker-daemon:x", new ImageTransport.Engine(ImageReference.Parse("x")) },
        { "docker://x/y:z", new ImageTransport.Registry(ImageReference.Parse("x/y:z")) },
    };

    [Theory]
    [MemberData(nameof(Places))]
    public void A_place_is_read_in_the_words_of_the_containers_tools(string text, ImageTransport place)
    {
        Assert.Equal(place, ImageTransport.Parse(text));
        Assert.Equal(place, ImageTransport.Parse(place.ToString()));
    }

    [Theory]
    [InlineData("oci-archiv:x.tar", "did you mean oci-archive:x.tar?")]
    [InlineData("docker:x", "docker://x")]
    [InlineData("dokcer://x", "did you mean docker://x?")]
    [InlineData("x.tar", "oci-archive:x.tar")]
    [InlineData("./out", "did you mean oci:./out?")]
    [InlineData("kindest/node:v1", "did you mean docker://kindest/node:v1 or docker-daemon:kindest/node:v1?")]
    [InlineData("", "oci:DIR[:TAG]")]
    [InlineData("oci:", "path")]
    [InlineData("oci:out:", "separators")]
    [InlineData("oci:out:a b", "separators")]
    public void A_place_that_is_not_understood_is_refused_with_what_was_meant(string text, string mend)
    {
        NodeForgeException refused = Assert.Throws<NodeForgeException>(() => ImageTransport.Parse(text));
        Assert.Same(ErrorCodes.InvalidImageTransport, refused.Diagnostics[0].Code);
        Assert.Contains(mend, refused.Diagnostics[0].Mend, StringComparison.Ordinal);
        Assert.False(ImageTransport.TryParse(text, out _));
    }

    [Fact]
    public void A_reference_in_a_place_is_held_to_its_own_rules() =>
        Assert.Same(ErrorCodes.InvalidImageReference, Assert.Throws<NodeForgeException>(() => ImageTransport.Parse("docker://x/UPPER")).Diagnostics[0].Code);
}
