using System.Text.Json;
using NodeForge.Kubernetes;
using NodeForge.Kubernetes.Kubeadm;

namespace NodeForge.Clusters.Tests.Played;

/// <summary>kubeadm of one version in a node, as far as a creation sees it: it knows that version's phases and what they depend on, reads
/// that version's
/// documents, and does nothing that what it needs is not there for. Its phases are those of the table, whose sources stand there.</summary>
internal sealed class PlayedKubeadm(KubernetesVersion version, PlayedNode node, PlayedCluster cluster)
{
    // Which of kubeadm's API versions a minor reads: cmd/kubeadm/app/apis/kubeadm/scheme/scheme.go of the releases (v1beta2 until 1.26,
    // v1beta3 since 1.22, v1beta4 since 1.31).
    private static readonly (string Version, int Since, int Until)[] Schemes =
    [
        ("kubeadm.k8s.io/v1beta2", 15, 26),
        ("kubeadm.k8s.io/v1beta3", 22, int.MaxValue),
        ("kubeadm.k8s.io/v1beta4", 31, int.MaxValue),
    ];

    // kubeadm talks to an API server in these, and ends with an error where none answers.
    private static readonly string[] NeedApi =
    [
        "wait-control-plane",
        "upload-config",
        "upload-certs",
        "mark-control-plane",
        "bootstrap-token",
        "addon/coredns",
        "addon/kube-proxy",
        "show-join-command",
        "control-plane-prepare/download-certs",
        "check-etcd",
        "etcd-join",
        "kubelet-wait-bootstrap",
        "control-plane-join",
    ];

    /// <param name="arguments">What follows the program's name.</param>
    public (int ExitCode, string Output, string Errors) Run(params string[] arguments)
    {
        try
        {
            return arguments switch
            {
                ["init", "phase", var phase, ..] => Phases(KubeadmPhases.Init, arguments, [phase]),
                ["init", ..] => Phases(KubeadmPhases.Init, arguments, null),
                ["join", ..] => Phases(KubeadmPhases.Join, arguments, null),
                _ => throw new InvalidOperationException($"unknown command {string.Join(' ', arguments)}"),
            };
        }
        catch (InvalidOperationException refusal)
        {
            return (1, string.Empty, refusal.Message + "\nTo see the stack trace of this error execute with --v=5 or higher\n");
        }
    }

    private (int ExitCode, string Output, string Errors) Phases(
        KubeadmPhases phases,
        IReadOnlyList<string> arguments,
        IReadOnlyList<string>? alone
    )
    {
        CheckDocuments(node.Files[After(arguments, "--config").TrimStart('/')]);
        string[] skipped = After(arguments, "--skip-phases").Split(',', StringSplitOptions.RemoveEmptyEntries);
        IReadOnlyList<string> known = phases.Of(version);
        if (skipped.Concat(alone ?? []).FirstOrDefault(name => !known.Contains(name)) is { } unknown)
            throw new InvalidOperationException($"invalid phase name: {unknown}");
        string[] run =
        [
            .. (alone ?? known).Where(name =>
                !skipped.Contains(name)
                && !skipped.Contains(name.Split('/')[0])
                && !known.Any(part => part.StartsWith(name + "/", StringComparison.Ordinal))
            ),
        ];
        foreach ((string phase, IReadOnlyList<string> needs) in phases.Dependencies(version).Where(pair => run.Contains(pair.Key)))
        {
            if (needs.FirstOrDefault(need => !run.Contains(need)) is { } missing)
                throw new InvalidOperationException($"phase {phase} depends on {missing}, which is skipped");
        }

        foreach (string phase in run)
            Execute(phase);
        return (0, string.Empty, string.Empty);
    }

    private void Execute(string phase)
    {
        if (NeedApi.Contains(phase) && !cluster.ApiServes)
            throw new InvalidOperationException($"error execution phase {phase}: dial tcp: connect: connection refused");
        if (phase is "mark-control-plane" or "control-plane-join" && !node.KubeletRuns)
            throw new InvalidOperationException($"error execution phase {phase}: nodes \"{node.Name}\" not found");
        if (phase is "certs" or "control-plane-prepare/certs" && !node.Files.ContainsKey("etc/kubernetes/pki/ca.key"))
            throw new InvalidOperationException($"error execution phase {phase}: the authority's key is not there");
        node.Ran.Add(phase);
        switch (phase)
        {
            case "control-plane/apiserver" or "control-plane-prepare/control-plane":
                node.Files["etc/kubernetes/manifests/kube-apiserver.yaml"] = string.Empty;
                break;
            case "etcd" or "etcd-join":
                node.Files["etc/kubernetes/manifests/etcd.yaml"] = string.Empty;
                break;
            case "control-plane-join" when !KubeadmPhases.Join.Of(version).Contains("etcd-join"):
                node.Files["etc/kubernetes/manifests/etcd.yaml"] = string.Empty;
                break;
            case "kubelet-start":
                node.Files["var/lib/kubelet/config.yaml"] = string.Empty;
                // Those of join start the kubelet; those of init are given no systemctl.
                node.KubeletRuns |= node.Joins;
                break;
        }

        cluster.Settle();
    }

    // The decoder is strict in what it reads: a version that the release does not have, and arguments in the other versions' form.
    private void CheckDocuments(string text)
    {
        foreach (string part in text.Split("---\n", StringSplitOptions.RemoveEmptyEntries))
        {
            using JsonDocument document = JsonDocument.Parse(part);
            string group = document.RootElement.GetProperty("apiVersion").GetString()!;
            if (!group.StartsWith("kubeadm.k8s.io/", StringComparison.Ordinal))
                continue;
            if (!Schemes.Any(scheme => scheme.Version == group && version.Minor >= scheme.Since && version.Minor <= scheme.Until))
                throw new InvalidOperationException(
                    $"no kind \"{document.RootElement.GetProperty("kind").GetString()}\" is registered for version \"{group}\" in scheme"
                );
            CheckArguments(
                document.RootElement,
                group.EndsWith("v1beta4", StringComparison.Ordinal) ? JsonValueKind.Array : JsonValueKind.Object
            );
        }
    }

    private static void CheckArguments(JsonElement element, JsonValueKind form)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement item in element.EnumerateArray())
                CheckArguments(item, form);
        }

        if (element.ValueKind != JsonValueKind.Object)
            return;
        foreach (JsonProperty property in element.EnumerateObject())
        {
            if (property.Name is "extraArgs" or "kubeletExtraArgs" && property.Value.ValueKind != form)
                throw new InvalidOperationException(
                    $"json: cannot unmarshal {property.Value.ValueKind} into Go struct field {property.Name}"
                );
            CheckArguments(property.Value, form);
        }
    }

    private static string After(IReadOnlyList<string> arguments, string option) =>
        arguments.SkipWhile(argument => argument != option).Skip(1).FirstOrDefault() ?? string.Empty;
}
