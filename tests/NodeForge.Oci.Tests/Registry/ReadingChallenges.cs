using NodeForge.Oci.Registry;

namespace NodeForge.Oci.Tests.Registry;

public sealed class ReadingChallenges
{
    [Theory]
    [InlineData(
        "Bearer realm=\"https://t.test/token\",service=\"r.test\",scope=\"repository:a:pull\"",
        "https://t.test/token",
        "r.test",
        "repository:a:pull"
    )]
    [InlineData("Bearer realm = \"https://t.test/token\" , service= \"r.test\"", "https://t.test/token", "r.test", null)]
    [InlineData("bEARER   REALM=\"https://t.test/token\"", "https://t.test/token", null, null)]
    [InlineData("Bearer realm=https://t.test/token,service=r.test", "https://t.test/token", "r.test", null)]
    [InlineData(
        "Bearer service=\"r, Basic realm=\\\"x\\\"\",realm=\"https://t.test/token\"",
        "https://t.test/token",
        "r, Basic realm=\"x\"",
        null
    )]
    [InlineData(
        "Bearer realm=\"https://t.test/a,b\",scope=\"repository:a:pull,push\"",
        "https://t.test/a,b",
        null,
        "repository:a:pull,push"
    )]
    [InlineData("Basic realm=\"x, y\", Bearer realm=\"https://t.test/token\"", "https://t.test/token", null, null)]
    [InlineData(
        "Negotiate, NTLM TlRMTVNTUAAB==, Bearer realm=\"https://t.test/token\",error=\"invalid_token\"",
        "https://t.test/token",
        null,
        null
    )]
    [InlineData(",, Bearer realm=\"https://t.test/token\",,service=\"r.test\",", "https://t.test/token", "r.test", null)]
    [InlineData("Bearer realm=\"https://t.test/token", "https://t.test/token", null, null)]
    [InlineData("Bearer realm=\"https://t.test/token\", realm=\"https://evil.test\"", "https://t.test/token", null, null)]
    public void Realm_service_and_scope_are_found_as_the_rules_of_HTTP_have_them(
        string header,
        string realm,
        string? service,
        string? scope
    ) => Assert.Equal(new("bearer", realm, service, scope), From(header));

    [Fact]
    public void Bearer_is_answered_before_basic_on_whichever_line_it_is()
    {
        Assert.Equal("bearer", From("Basic realm=\"x\"", "Bearer realm=\"https://t.test/token\"")!.Scheme);
        Assert.Equal("basic", From("Negotiate", "Basic realm=\"x\"")!.Scheme);
        Assert.Equal("https://first.test", From("Bearer realm=\"https://first.test\", Bearer realm=\"https://second.test\"")!.Realm);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Negotiate")]
    [InlineData("\"\"")]
    [InlineData("=,=,=")]
    public void What_is_no_challenge_that_we_know_is_none(string header) => Assert.Null(From(header));

    private static BearerChallenge? From(params string[] lines)
    {
        using HttpResponseMessage response = new();
        foreach (string line in lines)
            response.Headers.TryAddWithoutValidation("WWW-Authenticate", line);
        return BearerChallenge.From(response.Headers);
    }
}
