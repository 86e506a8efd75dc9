using System.Net;
using NodeForge.Images.Debian.Mirrors;
using NodeForge.Images.Fetching;
using NodeForge.TestSupport.Http;

namespace NodeForge.Images.Tests.Fetching;

public sealed class ReachingMirrorsThroughProxies
{
    private static readonly DebianMirrors Mirrors = new()
    {
        Archive = ["http://deb.test/debian"],
        Security = ["https://sec.test/debian-security"],
        Snapshot = "http://snap.test/{archive}/{timestamp}",
    };

    [Theory]
    [InlineData("http://deb.test/debian/a.deb", "http://apt.proxy:3142/")]
    [InlineData("http://snap.test/debian/20260101T000000Z/a.deb", null)]
    [InlineData("https://sec.test/debian-security/a.deb", "http://tls.proxy:3143/")]
    [InlineData("http://releases.test/runc", "http://env.proxy:8080/")]
    public void Those_of_apt_are_for_its_mirrors_and_those_of_the_environment_for_all_else(string address, string? proxy)
    {
        Assert.Equal(proxy, Of(null).GetProxy(new Uri(address))?.ToString());
    }

    [Theory]
    [InlineData("deb.test")]
    [InlineData("other.test, .test")]
    [InlineData("*")]
    public void No_proxy_is_above_apts_settings(string noProxy)
    {
        AptProxies proxies = Of(noProxy);
        Assert.True(proxies.IsBypassed(new Uri("http://deb.test/debian/a.deb")));
        Assert.Null(proxies.GetProxy(new Uri("http://deb.test/debian/a.deb")));
    }

    [Fact]
    public void A_mirror_that_apt_says_nothing_of_is_reached_as_the_environment_says()
    {
        AptProxies proxies = new([], Mirrors, new WebProxy("http://env.proxy:8080"), null);
        Assert.Equal("http://env.proxy:8080/", proxies.GetProxy(new Uri("http://deb.test/debian/a.deb"))?.ToString());
    }

    [Fact]
    public void Socks_with_names_resolved_by_the_proxy_is_what_it_is_here()
    {
        AptProxies proxies = new(["Acquire::http::Proxy \"socks5h://tor.test:9050\";"], Mirrors, new WebProxy(), null);
        Assert.Equal("socks5://tor.test:9050/", proxies.GetProxy(new Uri("http://deb.test/debian/a.deb"))?.ToString());
    }

    [Fact]
    public async Task What_apts_program_finds_for_a_mirror_is_above_its_setting_for_all()
    {
        await using FetchRoom room = new();
        string program = Path.Combine(room.Folder, "find-one");
        await File.WriteAllTextAsync(
            program,
            """
            #!/bin/sh
            case $1 in
            http://deb.test/debian) echo "http://found.proxy:3142" ;;
            http://updates.test/debian) exit 1 ;;
            *) echo "http://wrong.proxy" ;;
            esac

            """
        );
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        string[] dump =
        [
            "Acquire::http::Proxy \"http://apt.proxy:3142\";",
            "Acquire::http::Proxy::snap.test \"DIRECT\";",
            $"Acquire::http::Proxy-Auto-Detect \"{program}\";",
        ];
        DebianMirrors mirrors = Mirrors with { Archive = ["http://deb.test/debian", "http://updates.test/debian"] };

        AptProxies proxies = new(
            [.. dump, .. await AptProxies.DetectAsync(dump, mirrors, new(HostEnvironment.FromProcess(), room), CancellationToken.None)],
            mirrors,
            new WebProxy("http://env.proxy:8080"),
            null
        );

        Assert.Equal("http://found.proxy:3142/", proxies.GetProxy(new Uri("http://deb.test/debian/a.deb"))?.ToString());
        Assert.Equal("http://apt.proxy:3142/", proxies.GetProxy(new Uri("http://updates.test/debian/a.deb"))?.ToString());
        Assert.Null(proxies.GetProxy(new Uri("http://snap.test/debian/20260101T000000Z/a.deb")));
        Assert.Equal("http://env.proxy:8080/", proxies.GetProxy(new Uri("https://sec.test/debian-security/a.deb"))?.ToString());
    }

    [Fact]
    public async Task A_package_is_asked_of_the_proxy_by_its_whole_address()
    {
        await using FetchRoom room = new();
        byte[] content = FetchRoom.Bytes(3000);
        room.Server.Serve("http://deb.test/debian/pool/a.deb", Replies.File(content));
        AptProxies proxies = new([$"Acquire::http::Proxy \"{room.Server.Address}\";"], Mirrors, new WebProxy(), null);
        using HttpConnections connections = new(proxy: proxies);
        await new SourceFetcher(connections, null, TimeProvider.System).FetchAsync(
            [FetchRoom.Source(content, "http://deb.test/debian/pool/a.deb")],
            room.Store,
            room.Options,
            room,
            CancellationToken.None
        );
        Assert.Equal(content, room.Stored(content));
        Assert.Equal("http://deb.test/debian/pool/a.deb", Assert.Single(room.Server.Requests).Path);
    }

    private static AptProxies Of(string? noProxy) =>
        new(
            [
                "Acquire::http::Proxy \"http://apt.proxy:3142\";",
                "Acquire::http::Proxy::snap.test \"DIRECT\";",
                "Acquire::https::Proxy \"http://tls.proxy:3143\";",
                "Acquire::http::Proxy-Auto-Detect \"/usr/bin/find-one\";",
                "APT::Architecture \"amd64\";",
            ],
            Mirrors,
            new WebProxy("http://env.proxy:8080"),
            noProxy
        );
}
