namespace NodeForge.Clusters.Configuration;

internal static class NodeSection
{
    private static readonly string[] Keys =
    [
        "role",
        "image",
        "labels",
        "extraMounts",
        "extraPortMappings",
        "kubeadmConfigPatches",
        "kubeadmConfigPatchesJSON6902",
    ];
    private static readonly string[] MountKeys = ["containerPath", "hostPath", "readOnly", "selinuxRelabel", "propagation"];
    private static readonly string[] PortKeys = ["containerPort", "hostPort", "listenAddress", "protocol"];

    public static IReadOnlyList<NodeConfig> ReadAll(ClusterFields top, NetworkingConfig networking)
    {
        IReadOnlyList<ClusterFields> items = top.Sections("nodes", Keys);
        if (items.Count == 0)
            return [new()];
        PortSection ports = new(networking);
        NodeConfig[] nodes = [.. items.Select(fields => Read(fields, ports))];
        if (nodes.Length == top.Items("nodes").Count && nodes.All(node => node.Role != NodeRole.ControlPlane))
            top.File.Report(
                ErrorCodes.ClusterFileConflict,
                top.At("nodes"),
                "no node is a control plane",
                want: "at least one with role: control-plane"
            );
        return nodes;
    }

    private static NodeConfig Read(ClusterFields fields, PortSection ports) =>
        new()
        {
            Role = fields.Choice("role", NodeRole.ControlPlane, ("control-plane", NodeRole.ControlPlane), ("worker", NodeRole.Worker)),
            Image = fields.Text("image"),
            Labels = LabelText.Read(fields, "labels"),
            Mounts = MountSection.ReadAll(fields.Sections("extraMounts", MountKeys)),
            Ports = [.. fields.Sections("extraPortMappings", PortKeys).Select(ports.Read)],
            Patches = PatchSection.Read(fields),
        };
}
