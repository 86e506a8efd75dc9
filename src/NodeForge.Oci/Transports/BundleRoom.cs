namespace NodeForge.Oci.Transports;

/// <summary>A bundle: everything that a site needs in one file; NodeForge.Bundles knows its format.</summary>
internal static class BundleRoom
{
    public static TransportRoom Room { get; } =
        new("bundle", TransportForm.FileAndImage)
        {
            Open = (place, host, cancellationToken) => host.OpenBundle(place, cancellationToken),
            Target = (place, host) => host.BundleTarget(place),
            KeepsReferrers = true,
        };
}
