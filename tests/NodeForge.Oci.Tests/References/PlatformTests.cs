namespace NodeForge.Oci.Tests.References;

public sealed class PlatformTests
{
    [Theory]
    [InlineData("linux/amd64", "linux/amd64", 0)]
    [InlineData("linux/amd64", "linux/amd64/v1", 0)]
    [InlineData("linux/amd64", "linux/amd64/v2", 100)]
    [InlineData("linux/amd64/v3", "linux/amd64/v2", 100)]
    [InlineData("linux/amd64/v3", "linux/amd64", 200)]
    [InlineData("linux/amd64/v2", "linux/amd64/v3", null)]
    [InlineData("linux/arm64", "linux/arm64/v8", 0)]
    [InlineData("linux/arm64/v8", "linux/arm64", 0)]
    [InlineData("linux/arm64", "linux/arm64/v9", null)]
    [InlineData("linux/arm64/v9", "linux/arm64", 100)]
    [InlineData("linux/arm/v7", "linux/arm/v6", 100)]
    [InlineData("linux/arm/v7", "linux/arm/v5", 200)]
    [InlineData("linux/arm/v7", "linux/arm", 0)]
    [InlineData("linux/arm/v6", "linux/arm/v7", null)]
    [InlineData("linux/arm/v7", "linux/arm64", null)]
    [InlineData("linux/ppc64le", "linux/ppc64le", 0)]
    [InlineData("linux/ppc64le", "linux/ppc64le/power9", null)]
    [InlineData("linux/ppc64le/power9", "linux/ppc64le/power9", 0)]
    [InlineData("linux/amd64", "windows/amd64", null)]
    [InlineData("linux/amd64", "linux/386", null)]
    public void An_image_serves_a_platform_whose_variant_is_no_lower(string platform, string image, int? distance)
    {
        Assert.Equal(distance, Platform.Parse(platform).DistanceTo(Platform.Parse(image)));
        Assert.Equal(distance is not null, Platform.Parse(platform).Accepts(Platform.Parse(image)));
    }

    // containerd, platforms/platforms_test.go and database.go
    [Theory]
    [InlineData("linux/x86_64", "linux/amd64")]
    [InlineData("linux/x86-64", "linux/amd64")]
    [InlineData("Linux/X86_64", "linux/amd64")]
    [InlineData("LINUX/AMD64", "linux/amd64")]
    [InlineData("linux/amd64/v1", "linux/amd64")]
    [InlineData("linux/x86_64/v2", "linux/amd64/v2")]
    [InlineData("linux/aarch64", "linux/arm64")]
    [InlineData("linux/arm64/v8", "linux/arm64")]
    [InlineData("linux/arm64/8", "linux/arm64")]
    [InlineData("linux/aarch64/v8.2", "linux/arm64/v8.2")]
    [InlineData("linux/armhf", "linux/arm/v7")]
    [InlineData("linux/armel", "linux/arm/v6")]
    [InlineData("linux/arm/6", "linux/arm/v6")]
    [InlineData("linux/arm", "linux/arm")]
    [InlineData("linux/i386", "linux/386")]
    [InlineData("macos/aarch64", "darwin/arm64")]
    [InlineData("amd64", "linux/amd64")]
    [InlineData("X86_64", "linux/amd64")]
    [InlineData("aarch64", "linux/arm64")]
    [InlineData("armhf", "linux/arm/v7")]
    [InlineData("386", "linux/386")]
    [InlineData("s390x", "linux/s390x")]
    public void Other_words_for_a_platform_are_read(string text, string platform) =>
        Assert.Equal(platform, Platform.Parse(text).ToString());

    [Theory]
    [InlineData("x86_64", "amd64")]
    [InlineData("aarch64", "arm64")]
    [InlineData("ARM64", "arm64")]
    public void An_image_that_says_so_serves_the_platform(string said, string platform) =>
        Assert.Equal(0, new Platform(platform, "linux").DistanceTo(new Platform(said, "linux")));

    [Fact]
    public void An_empty_variant_is_none()
    {
        Platform said = new("amd64", "linux") { Variant = "" };
        Assert.Equal("linux/amd64", said.ToString());
        Assert.Equal(0, Platform.LinuxAmd64.DistanceTo(said));
    }

    [Theory]
    [InlineData("")]
    [InlineData("linux")]
    [InlineData("linux/")]
    [InlineData("/amd64")]
    [InlineData("linux/amd64/v1/x")]
    [InlineData("amd65")]
    [InlineData("windows")]
    [InlineData("v8")]
    [InlineData("linux/amd 64")]
    [InlineData("linux/amd64\n")]
    [InlineData("linux/\u0430md64")] // a Cyrillic letter
    public void What_is_no_platform_is_none(string text) => Assert.False(Platform.TryParse(text, out _));

    [Theory]
    [InlineData("linux/amd64", "linux/amd64/v3 linux/amd64 linux/amd64/v2 linux/arm64", "linux/amd64 linux/amd64/v2 linux/amd64/v3")]
    [InlineData("linux/arm/v7", "linux/arm/v5 linux/arm/v6 linux/arm/v7 linux/arm/v8", "linux/arm/v7 linux/arm/v6 linux/arm/v5")]
    public void Of_several_the_nearest_variant_is_asked_first(string wanted, string offered, string order)
    {
        ImageIndex index = new()
        {
            Manifests =
            [
                .. offered
                    .Split(' ')
                    .Select(text => new Descriptor(MediaTypes.Manifest, Digest.Of([1]), 1) { Platform = Platform.Parse(text) }),
            ],
        };
        Assert.Equal(
            order,
            string.Join(
                ' ',
                NodeForge.Oci.PlatformChoice.Candidates(index.Manifests, Platform.Parse(wanted)).Select(manifest => manifest.Platform)
            )
        );
    }
}
