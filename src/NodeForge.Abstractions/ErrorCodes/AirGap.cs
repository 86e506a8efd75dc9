namespace NodeForge;

public static partial class ErrorCodes
{
    public static readonly ErrorCode ClusterNotAirGapped = new(
        "NF6801",
        ExitCode.Usage,
        "What a cluster tried to reach is asked of one that is not air-gapped, to whose nodes nobody listens.",
        "Make the cluster with nodeforge create cluster --air-gapped."
    );

    public static readonly ErrorCode AirGappedPorts = new(
        "NF6802",
        ExitCode.Usage,
        "The cluster file publishes ports of nodes, which an air-gapped cluster does not: nobody gets into its network.",
        "Use kubectl port-forward, which goes through the API server; that one is published at networking.apiServerPort."
    );

    public static readonly ErrorCode AttemptsUnheard = new(
        "NF6803",
        ExitCode.Cluster,
        "Nobody listens to what a node of an air-gapped cluster sends, which has no way out all the same.",
        "See nodeforge exec NODE -- systemctl status nodeforge-air-gap; it needs the image's own perl and iproute2."
    );
}
