namespace NodeForge.TestSupport.Http;

/// <summary>What a client asked for.</summary>
/// <param name="Method">GET, HEAD.</param>
/// <param name="Path">With the query.</param>
/// <param name="Headers">By lower-case name.</param>
public sealed record LoggedRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>As Latin-1; empty for a request without a body, or where the server does not take bodies.</summary>
    public string Body { get; init; } = "";

    /// <summary>A header's value; null when it was not sent.</summary>
    public string? Header(string name) => Headers.GetValueOrDefault(name.ToLowerInvariant());
}
