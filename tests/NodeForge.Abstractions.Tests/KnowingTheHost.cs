using System.Diagnostics;
using System.Net;

namespace NodeForge.Abstractions.Tests;

public sealed class KnowingTheHost
{
    [Fact]
    public void An_empty_variable_is_none()
    {
        HostEnvironment host = Host("A=1 B=");
        Assert.Equal(("1", null, null), (host.Variable("A"), host.Variable("B"), host.Variable("C")));
        Assert.Equal(("2", null), (host.With("A", "2").Variable("A"), host.With("A", null).Variable("A")));
        Assert.Equal("1", host.Variable("A"));
    }

    [Theory]
    [InlineData("a/b", "/work/a/b")]
    [InlineData("../a", "/a")]
    [InlineData("/a", "/a")]
    public void A_path_begins_in_the_working_folder(string path, string whole) => Assert.Equal(whole, Host("").Resolve(path));

    [Theory]
    [InlineData("", "/tmp")]
    [InlineData("TMPDIR=/var/tmp", "/var/tmp")]
    [InlineData("TMPDIR=scratch", "/work/scratch")]
    public void Temporary_files_go_where_the_host_says(string environment, string folder) =>
        Assert.Equal(folder, Host(environment).TemporaryFolder);

    [Fact]
    public void A_program_sees_the_host_s_variables_and_no_others()
    {
        ProcessStartInfo start = new();
        Host("ONLY=1").Apply(start);
        Assert.Equal(("ONLY", "1"), start.Environment.Select(pair => (pair.Key, pair.Value)).Single());
        Assert.Equal("/work", start.WorkingDirectory);
    }

    [Theory]
    [InlineData("", "http://a.test/", null)]
    [InlineData("http_proxy=http://p.test:3128", "http://a.test/", "http://p.test:3128/")]
    [InlineData("HTTP_PROXY=p.test:3128", "http://a.test/", "http://p.test:3128/")]
    [InlineData("HTTP_PROXY=http://p.test GATEWAY_INTERFACE=CGI", "http://a.test/", null)]
    [InlineData("http_proxy=http://p.test", "https://a.test/", null)]
    [InlineData("https_proxy=http://s.test:8443", "https://a.test/", "http://s.test:8443/")]
    [InlineData("all_proxy=socks5://s.test:1080", "https://a.test/", "socks5://s.test:1080/")]
    [InlineData("all_proxy=http://all.test http_proxy=http://p.test", "http://a.test/", "http://p.test/")]
    [InlineData("http_proxy=http://p.test no_proxy=a.test", "http://a.test/", null)]
    [InlineData("http_proxy=http://p.test no_proxy=a.test", "http://b.a.test/", "http://p.test/")]
    [InlineData("http_proxy=http://p.test NO_PROXY=x,.a.test", "http://b.a.test/", null)]
    [InlineData("http_proxy=http://p.test no_proxy=.a.test", "http://a.test/", null)]
    [InlineData("http_proxy=http://p.test no_proxy=*", "http://a.test/", null)]
    [InlineData("http_proxy=no:address:", "http://a.test/", null)]
    public void Proxies_are_those_of_the_variables(string environment, string address, string? proxy)
    {
        IWebProxy proxies = Host(environment).Proxies;
        Assert.Equal(proxy, proxies.GetProxy(new Uri(address))?.ToString());
        Assert.Equal(proxy is null, proxies.IsBypassed(new Uri(address)));
    }

    [Fact]
    public void A_proxy_is_told_the_login_of_its_own_address()
    {
        IWebProxy proxies = Host("http_proxy=http://ann:p%40ss@p.test:3128").Proxies;
        NetworkCredential? login = proxies.Credentials?.GetCredential(new Uri("http://p.test:3128"), "Basic");
        Assert.Equal(("ann", "p@ss"), (login?.UserName, login?.Password));
        Assert.Null(proxies.Credentials?.GetCredential(new Uri("http://other.test:3128"), "Basic"));
    }

    private static HostEnvironment Host(string environment) =>
        new()
        {
            Variables = environment
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(pair => pair.Split('=', 2))
                .ToDictionary(pair => pair[0], pair => pair[1]),
            WorkingFolder = "/work",
            Home = "/home/ann",
            Clock = TimeProvider.System,
        };
}
