using NodeForge.Documents;

namespace NodeForge.Clusters.Configuration;

internal static class MountSection
{
    // Every node has these of its own: systemd's runtime files, and memory for short-lived ones.
    private static readonly string[] Own = ["/", "/run", "/tmp"];

    public static IReadOnlyList<NodeMount> ReadAll(IReadOnlyList<ClusterFields> items)
    {
        Dictionary<string, int> lines = new(StringComparer.Ordinal);
        List<NodeMount> mounts = [];
        foreach (ClusterFields fields in items)
        {
            NodeMount mount = Read(fields);
            mounts.Add(mount);
            if (fields["containerPath"] is { } at && !lines.TryAdd(mount.ContainerPath, at.Line))
            {
                fields.File.Report(
                    ErrorCodes.ClusterFileConflict,
                    at,
                    "two mounts are at one path of the node",
                    got: mount.ContainerPath,
                    hint: $"keep one of the two; the first is in line {lines[mount.ContainerPath]}"
                );
            }
        }

        return mounts;
    }

    private static NodeMount Read(ClusterFields fields)
    {
        string host = HostPath(fields),
            container = ContainerPath(fields);
        bool relabel = fields.Flag("selinuxRelabel");
        if (relabel && (host + container).Contains(':', StringComparison.Ordinal))
        {
            fields.File.Report(
                ErrorCodes.ClusterFileConflict,
                fields.At("selinuxRelabel"),
                "a path that holds a colon cannot be relabelled: engines take the colon for the path's end",
                hint: "label the folder with chcon -Rt container_file_t"
            );
        }

        return new(host, container)
        {
            SelinuxRelabel = relabel,
            ReadOnly = fields.Flag("readOnly"),
            Propagation = fields.Choice(
                "propagation",
                MountPropagation.None,
                ("None", MountPropagation.None),
                ("HostToContainer", MountPropagation.HostToContainer),
                ("Bidirectional", MountPropagation.Bidirectional)
            ),
        };
    }

    private static string HostPath(ClusterFields fields)
    {
        if (fields.Required("hostPath") is not { } text)
            return "/";
        if (text[0] is '~')
        {
            fields.File.Report(
                ErrorCodes.ClusterFileValue,
                fields.At("hostPath"),
                "hostPath begins with ~, which is a shell's word: here it would be a folder of that name",
                got: Quoted.Short(text),
                want: "an absolute path, or one relative to where the command runs",
                hint: "write the home folder out"
            );
            return "/";
        }

        // As kind does: relative to where the command runs.
        return Path.GetFullPath(text);
    }

    /// <returns>As engines compare it: without a slash at its end, nor two in a row.</returns>
    private static string ContainerPath(ClusterFields fields)
    {
        if (fields.Required("containerPath") is not { } text)
            return "/";
        string path = text.StartsWith('/') ? Path.TrimEndingDirectorySeparator(Path.GetFullPath(text)) : text;
        if (!text.StartsWith('/'))
            fields.File.Report(
                ErrorCodes.ClusterFileValue,
                fields.At("containerPath"),
                "containerPath is not absolute",
                got: Quoted.Short(text),
                want: "a path that begins with /"
            );
        else if (Own.Contains(path))
            fields.File.Report(
                ErrorCodes.ClusterFileConflict,
                fields.At("containerPath"),
                "every node has a file system of its own there",
                got: path,
                want: "another path, below it for example"
            );
        return path;
    }
}
