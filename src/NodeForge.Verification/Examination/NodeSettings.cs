namespace NodeForge.Verification.Examination;

/// <summary><c>/usr/lib/nodeforge/node.env</c>: what the entrypoint puts into containerd's configuration at the first boot.</summary>
internal sealed record NodeSettings(IReadOnlyDictionary<string, string> Values)
{
    public string? SandboxImage => Values.GetValueOrDefault("SANDBOX_IMAGE");

    public bool? SystemdCgroup => bool.TryParse(Values.GetValueOrDefault("SYSTEMD_CGROUP"), out bool systemd) ? systemd : null;

    public string KubeletArguments => Values.GetValueOrDefault("KUBELET_ARGUMENTS") ?? "";

    public static NodeSettings Read(string? text)
    {
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        foreach (string line in (text ?? "").Split('\n'))
        {
            if (line.Split('=', 2) is [var name, var value])
                values[name.Trim()] = value.Trim();
        }

        return new(values);
    }
}
