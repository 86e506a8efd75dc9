using NodeForge.Oci.Transports;

namespace NodeForge.Oci.Tests.References;

public sealed class ImageTransportTests
{
    [Theory]
    [InlineData("oci:out", "oci", "out", null, null)]
    [InlineData("oci:/a b/out:v1", "oci", "/a b/out", "v1", null)]
    [InlineData("oci:out:docker.io/library/x:1", "oci", "out", "docker.io/library/x:1", null)]
    [InlineData("oci-archive:x.tar:v1", "oci-archive", "x.tar", "v1", null)]
    [InlineData("docker-archive:x.tar", "docker-archive", "x.tar", null, null)]
    [InlineData("docker-archive:x.tar:a/b:c", "docker-archive", "x.tar", "docker.io/a/b:c", "docker.io/a/b:c")]
    [InlineData("docker-daemon:x", "docker-daemon", "", null, "docker.io/library/x:latest")]
    [InlineData("docker://x/y:z", "docker", "", null, "docker.io/x/y:z")]
    public void A_place_is_read_in_the_words_of_the_containers_tools(string text, string word, string path, string? name, string? reference)
    {
        ImageTransport place = ImageTransport.Parse(text);
        Assert.Equal((word, path, name, reference), (place.Room.Word, place.Path, place.Name, place.Reference?.ToString()));
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
    public void A_place_that_is_not_understood_is_refused_with_what_was_meant(string text, string hint)
    {
        NodeForgeException refused = Assert.Throws<NodeForgeException>(() => ImageTransport.Parse(text));
        Assert.Same(ErrorCodes.InvalidImageTransport, refused.Diagnostics[0].Code);
        Assert.Contains(hint, refused.Diagnostics[0].Hint, StringComparison.Ordinal);
        Assert.False(ImageTransport.TryParse(text, out _));
    }

    [Fact]
    public void A_reference_in_a_place_is_held_to_its_own_rules() =>
        Assert.Same(
            ErrorCodes.InvalidImageReference,
            Assert.Throws<NodeForgeException>(() => ImageTransport.Parse("docker://x/UPPER")).Diagnostics[0].Code
        );
}
