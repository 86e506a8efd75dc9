namespace NodeForge.Clusters.Configuration;

/// <summary>The labels by which nodes are found again. kind's own are among them, so that its commands see our clusters.</summary>
internal static class ClusterLabels
{
    public const string Cluster = "io.x-k8s.kind.cluster";
    public const string Role = "io.x-k8s.kind.role";

    /// <summary>On networks, which kind does not label.</summary>
    public const string Owner = "dev.nodeforge.cluster";

    /// <summary>On everything that one creation makes: what fails removes its own parts and nobody else's.</summary>
    public const string Creation = "dev.nodeforge.creation";

    /// <summary>The node image's ID, for nodes that are added later.</summary>
    public const string Image = "dev.nodeforge.image";

    /// <summary><see cref="None"/> on nodes that were made without Kubernetes.</summary>
    public const string Kubernetes = "dev.nodeforge.kubernetes";
    public const string None = "none";

    /// <summary><see cref="Yes"/> on nodes of a cluster whose network has no way out.</summary>
    public const string AirGapped = "dev.nodeforge.air-gapped";
    public const string Yes = "true";

    public const string ControlPlane = "control-plane";
    public const string Worker = "worker";
    public const string LoadBalancer = "external-load-balancer";

    public static string Of(string cluster) => $"{Cluster}={cluster}";

    public static string Of(NodeRole role) => role == NodeRole.ControlPlane ? ControlPlane : Worker;
}
