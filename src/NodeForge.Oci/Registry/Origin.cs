namespace NodeForge.Oci.Registry;

/// <summary>Whom an address belongs to: scheme, host and port together (RFC 6454). What is meant for one is never sent to
/// another.</summary>
public static class Origin
{
    /// <summary>Whether two addresses belong to one.</summary>
    public static bool Same(Uri left, Uri right) =>
        left.Scheme == right.Scheme
        && left.Port == right.Port
        && string.Equals(left.IdnHost, right.IdnHost, StringComparison.OrdinalIgnoreCase);
}
