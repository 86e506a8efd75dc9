using System.Globalization;
using NodeForge.Recipes.Reading;
using NodeForge.Recipes.Yaml;

namespace NodeForge.Clusters;

internal static class NodeSection
{
    private static readonly string[] Keys = ["role", "image", "labels", "extraMounts", "extraPortMappings", "kubeadmConfigPatches", "kubeadmConfigPatchesJSON6902"];
    private static readonly string[] MountKeys = ["containerPath", "hostPath", "readOnly", "selinuxRelabel", "propagation"];
    private static readonly string[] PortKeys = ["containerPort", "hostPort", "listenAddress", "protocol"];

    public static IReadOnlyList<NodeConfig> ReadAll(Fields top, string everywhere)
    {
        IReadOnlyList<YamlNode> items = top.Items("nodes");
        if (items.Count == 0)
            return [new()];
        HashSet<string> taken = [];
        NodeConfig[] nodes = [.. items.Select(item => Item(top.File, item, "nodes", Keys)).OfType<Fields>().Select(fields => Read(fields, taken, everywhere))];
        if (nodes.Length == items.Count && nodes.All(node => node.Role != NodeRole.ControlPlane))
            top.File.Report(ErrorCodes.ClusterFileConflict, top["nodes"]!, "no node is a control plane", want: "at least one with role: control-plane");
        return nodes;
    }

    private static NodeConfig Read(Fields fields, HashSet<string> taken, string everywhere) => new()
    {
        Role = Values.Choice(fields, "role", NodeRole.ControlPlane, ("control-plane", NodeRole.ControlPlane), ("worker", NodeRole.Worker)),
        Image = fields.Optional("image"),
        Labels = ClusterConfigReader.ScalarTexts(fields, "labels"),
        Mounts = [.. fields.Items("extraMounts").Select(item => Item(fields.File, item, "extraMounts", MountKeys)).OfType<Fields>().Select(Mount)],
        Ports = [.. fields.Items("extraPortMappings").Select(item => Item(fields.File, item, "extraPortMappings", PortKeys)).OfType<Fields>().Select(port => Port(port, taken, everywhere))],
        Patches = PatchSection.Read(fields),
    };

    private static NodeMount Mount(Fields fields)
    {
        foreach (string key in new[] { "hostPath", "containerPath" }.Where(key => !fields.Has(key)))
            fields.ReportMissing(key);
        string container = fields.Optional("containerPath") ?? "/";
        if (!container.StartsWith('/'))
            fields.File.Report(ErrorCodes.ClusterFileValue, fields["containerPath"]!, "containerPath is not absolute", got: Quoted.Short(container), want: "a path that begins with /");
        // As kind does: relative to where the command runs.
        string host = Path.GetFullPath(fields.Optional("hostPath") ?? "/");
        bool relabel = fields.Flag("selinuxRelabel", otherwise: false);
        if (relabel && (host + container).Contains(':', StringComparison.Ordinal))
            fields.File.Report(ErrorCodes.ClusterFileConflict, fields["selinuxRelabel"]!, "a path that holds a colon cannot be relabelled: engines take the colon for the path's end", mend: "label the folder with chcon -Rt container_file_t");
        return new(host, container)
        {
            SelinuxRelabel = relabel,
            ReadOnly = fields.Flag("readOnly", otherwise: false),
            Propagation = Values.Choice(fields, "propagation", MountPropagation.None,
                ("None", MountPropagation.None), ("HostToContainer", MountPropagation.HostToContainer), ("Bidirectional", MountPropagation.Bidirectional)),
        };
    }

    private static NodePort Port(Fields fields, HashSet<string> taken, string everywhere)
    {
        if (!fields.Has("containerPort"))
            fields.ReportMissing("containerPort");
        NodePort port = new(Values.Port(fields, "containerPort", 1, lowest: 1), Values.Port(fields, "hostPort", 0, lowest: -1))
        {
            ListenAddress = NetworkingSection.Address(fields, "listenAddress", everywhere),
            Protocol = Values.Choice(fields, "protocol", "tcp", ("TCP", "tcp"), ("UDP", "udp"), ("SCTP", "sctp")),
        };
        if (port.HostPort > 0 && Clash(port, taken) is { } other)
            fields.File.Report(ErrorCodes.ClusterFileConflict, fields["hostPort"]!, "the host port is mapped twice", got: string.Create(CultureInfo.InvariantCulture, $"{port.ListenAddress}:{port.HostPort}/{port.Protocol} and {other}"), mend: "choose another, or 0 for one that is free");
        return port;
    }

    private static string? Clash(NodePort port, HashSet<string> taken)
    {
        string suffix = string.Create(CultureInfo.InvariantCulture, $":{port.HostPort}/{port.Protocol}");
        bool everywhere = IsEverywhere(port.ListenAddress);
        string? other = taken.FirstOrDefault(text => text.EndsWith(suffix, StringComparison.Ordinal) && IsIPv6(text[..^suffix.Length]) == IsIPv6(port.ListenAddress)
            && (everywhere || IsEverywhere(text[..^suffix.Length]) || text == port.ListenAddress + suffix));
        taken.Add(port.ListenAddress + suffix);
        return other;
    }

    private static bool IsIPv6(string address) => address.Contains(':', StringComparison.Ordinal);

    private static bool IsEverywhere(string address) => address is "0.0.0.0" or "::";

    private static Fields? Item(RecipeFile file, YamlNode item, string place, string[] keys)
    {
        if (item is YamlMapping mapping)
            return new(file, mapping, place, keys);
        file.WrongType(item, $"an item of {place}", "a mapping");
        return null;
    }
}
