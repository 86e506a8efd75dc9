namespace NodeForge.TestSupport.Registry;

/// <summary>A request that came.</summary>
public sealed record RegistryRequest(string Method, string Path, string Query, string? Authorization, string? Range)
{
    public override string ToString() => $"{Method} {Path}{Query}";
}
