namespace NodeForge.Kubernetes;

/// <summary>The labels by which a node image says what it carries, so that what cannot run together is known before there is a
/// container.</summary>
/// <remarks>An image that another program made has none of them.</remarks>
public static class NodeImageLabels
{
    /// <summary>The version of Kubernetes, <c>v1.36.2</c>.</summary>
    public const string Kubernetes = "dev.nodeforge.kubernetes";

    /// <summary>The version of containerd as its package or release has it, <c>1.6.20~ds1-1+deb12u1</c>.</summary>
    public const string Containerd = "dev.nodeforge.containerd";

    /// <summary>The version of systemd as its package has it, <c>252.38-1~deb12u1</c>.</summary>
    public const string Systemd = "dev.nodeforge.systemd";

    /// <summary>The first number of a version: 1 of <c>1.6.20~ds1-1</c> and of <c>v1.7.0</c>; null where the text begins with
    /// none.</summary>
    public static int? MajorOf(string? version)
    {
        ReadOnlySpan<char> text = version.AsSpan().TrimStart('v');
        int digits = text.IndexOfAnyExceptInRange('0', '9');
        return int.TryParse(digits < 0 ? text : text[..digits], out int major) ? major : null;
    }
}
