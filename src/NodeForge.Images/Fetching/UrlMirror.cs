namespace NodeForge.Images.Fetching;

/// <summary>Addresses below one may also be had below another.</summary>
/// <param name="Prefix">An http or https address, or <c>docker://HOST[/PATH]</c>; without a slash at the end.</param>
/// <param name="Replacement">What stands in its place; of the same kind.</param>
public sealed record UrlMirror(string Prefix, string Replacement)
{
    /// <summary>The address at the mirror; null for one that is not below the prefix.</summary>
    internal string? Of(string address) =>
        address.StartsWith(Prefix + "/", StringComparison.Ordinal) ? Replacement + address[Prefix.Length..] : null;
}
