using System.Globalization;

namespace NodeForge.Clusters.Preflight;

/// <summary>Whether the engine's disk has room for the nodes.</summary>
/// <remarks>Nodes evict no pods for want of disk (kubeadm's document says so, since the disk is the host's): one that runs full stops etcd
/// and the kubelet instead.</remarks>
internal sealed class DiskCheck : IMachineCheck
{
    private const long Gibibyte = 1L << 30;

    // Three nodes of Kubernetes v1.20.2 took 430 MB beside their image until they were Ready.
    private const long OfANode = Gibibyte / 4;

    // Images and logs of pods come after that.
    private const long AmpleForANode = 2 * Gibibyte;

    public string Name => "disk";

    public CheckResult Judge(MachineFacts facts)
    {
        if (facts.Host is not { } host)
            return CheckResult.NotLookedAt(facts.Elsewhere);
        if (host.Disk is not { } disk)
            return CheckResult.NotLookedAt(
                facts.Engine is null ? MachineFacts.NoEngine : $"{facts.Engine.Information.DockerRootDir} cannot be seen from here"
            );
        int nodes = facts.Config.Nodes.Count;
        string finding = $"{Text(disk.Free)} free below {disk.Path}";
        if (disk.Free >= AmpleForANode * nodes)
            return new(finding);
        bool isError = disk.Free < OfANode * nodes;
        return new(
            finding,
            new Diagnostic(
                ErrorCodes.DiskTooSmall,
                isError ? "the engine's disk has no room for the nodes" : "the engine's disk has little room for what will run in the nodes"
            )
            {
                Severity = isError ? Severity.Error : Severity.Warning,
                Where = new(disk.Path),
                Got = $"{Text(disk.Free)} free",
                Want = $"{Text(AmpleForANode * nodes)}, and {Text(OfANode * nodes)} at least",
                Hint = "free space: docker system prune; or move the engine's data root to another disk",
            }
        );
    }

    private static string Text(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)Gibibyte:0.##} GiB");
}
