namespace NodeForge.Abstractions.Tests;

public sealed class HidingPasswords
{
    [Theory]
    [InlineData("https://ann:secret@mirror.test/debian", "https://***@mirror.test/debian")]
    [InlineData("HTTP://token@mirror.test", "HTTP://***@mirror.test")]
    [InlineData("http://ann:p@ss@mirror.test:8080/x?y=a@b", "http://***@mirror.test:8080/x?y=a@b")]
    [InlineData("socks5h://ann:secret@proxy.test:1080", "socks5h://***@proxy.test:1080")]
    [InlineData(
        "E: failed to fetch http://a:s@one.test/x and https://b:t@two.test/y",
        "E: failed to fetch http://***@one.test/x and https://***@two.test/y"
    )]
    [InlineData("https://a.test=https://ann:secret@b.test", "https://a.test=https://***@b.test")]
    [InlineData("tcp://ann:secret@engine.test:2376", "tcp://***@engine.test:2376")]
    [InlineData("ssh://ann:secret@lab", "ssh://ann:***@lab")]
    [InlineData("ssh://ann@lab:2222", "ssh://ann@lab:2222")]
    [InlineData("docker://alpine:3@sha256:0123", "docker://alpine:3@sha256:0123")]
    [InlineData("https://mirror.test/ann@home", "https://mirror.test/ann@home")]
    [InlineData("ann@example.com", "ann@example.com")]
    public void What_stands_before_the_at_of_an_address_is_not_shown(string text, string shown) =>
        Assert.Equal(shown, Printable.WithoutPasswords(text));

    [Fact]
    public void No_part_of_a_diagnostic_has_one()
    {
        const string address = "http://ann:secret@mirror.test";
        Diagnostic told = new(ErrorCodes.Bug, address)
        {
            Where = new(address, Detail: address),
            Got = address,
            Want = address,
            Hint = address,
        };

        Assert.DoesNotContain("secret", told.ToString(), StringComparison.Ordinal);
        Assert.All(
            new[] { told.What, told.Where.Resource, told.Where.Detail, told.Got, told.Want, told.Hint },
            part => Assert.Equal("http://***@mirror.test", part)
        );
        Assert.DoesNotContain("secret", (told with { What = address + "/x" }).What, StringComparison.Ordinal);
        Assert.Equal("got http://***@mirror.test", new ProgramSaid("apt", "got " + address).Line);
    }
}
