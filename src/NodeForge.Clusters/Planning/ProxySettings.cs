namespace NodeForge.Clusters.Planning;

/// <summary>The proxies of the environment. Both spellings of the variables are common, and mean the same.</summary>
internal sealed record ProxySettings
{
    public string? Http { get; init; }

    public string? Https { get; init; }

    public string? Without { get; init; }

    public bool Any => Http is not null || Https is not null;

    public static ProxySettings Of(Func<string, string?> variable)
    {
        return new()
        {
            Http = Set("HTTP_PROXY"),
            Https = Set("HTTPS_PROXY"),
            Without = Set("NO_PROXY"),
        };

        string? Set(string name) =>
            new[] { variable(name), variable(name.ToLowerInvariant()) }.FirstOrDefault(value => value is { Length: > 0 });
    }
}
