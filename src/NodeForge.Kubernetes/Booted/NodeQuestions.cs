namespace NodeForge.Kubernetes.Booted;

/// <summary>Asks a node for everything at once, and reads the answer: each call of a program in a node costs more than the
/// program.</summary>
public static class NodeQuestions
{
    private const string Mark = "=====";
    private static readonly string[] Needed = ["containerd.service", "kubelet.service"];

    /// <summary>For the node's shell; it ends well whatever the programs say.</summary>
    public static IReadOnlyList<string> Command { get; } =
    [
        "bash",
        "-c",
        $$"""
            export KUBECONFIG=/etc/kubernetes/admin.conf
            systemctl is-system-running
            echo {{Mark}}
            systemctl list-units --failed --plain --no-legend --no-pager
            echo {{Mark}}
            systemctl is-active {{string.Join(' ', Needed)}}
            echo {{Mark}}
            exec 3<>/dev/tcp/127.0.0.1/10248 && printf 'GET /healthz HTTP/1.0\r\n\r\n' >&3 && timeout 5 cat <&3
            echo
            echo {{Mark}}
            kubectl get nodes -o 'jsonpath={range .items[*]}{.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}'
            echo {{Mark}}
            ctr --namespace k8s.io images list
            echo {{Mark}}
            kubectl get pods --all-namespaces -o 'jsonpath={range .items[*]}{.metadata.namespace}/{.metadata.name}{"\t"}{.status.phase}{"\t"}{range .status.containerStatuses[*]}{.state.waiting.reason}{" "}{end}{"\n"}{end}'
            echo {{Mark}}
            for file in /etc/kubernetes/manifests/*.yaml; do name=${file##*/}; printf 'kube-system/%s-%s\n' "${name%.yaml}" "$HOSTNAME"; done
            echo {{Mark}}
            kubectl get daemonsets,deployments --all-namespaces -o 'jsonpath={range .items[*]}{.metadata.namespace}/{.metadata.name}{"\t"}{.metadata.generation}{"\t"}{.status.observedGeneration}{"\t"}{.status.desiredNumberScheduled}{.spec.replicas}{"\t"}{.status.numberReady}{.status.readyReplicas}{"\n"}{end}'
            exit 0
            """,
    ];

    /// <param name="node">The node's name.</param>
    /// <param name="answer">What the command said.</param>
    /// <returns>With everything empty that the node said nothing of.</returns>
    public static BootedNode Read(string node, string answer)
    {
        string[][] parts =
        [
            .. answer
                .Split(Mark)
                .Select(static part => part.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)),
        ];
        string[] Part(int index) => index < parts.Length ? parts[index] : [];
        string[] states = Part(2);
        string[] mirrored = Part(7);
        return new(node, Part(0) is [var state, ..] ? state : "")
        {
            FailedUnits = [.. Part(1).Select(static line => line.Split(' ')[0])],
            Units = Needed
                .Zip(states.Concat(Needed.Select(static _ => "unknown")))
                .ToDictionary(static pair => pair.First, static pair => pair.Second),
            KubeletHealth = Part(3) is [.., var health] ? health : "",
            IsReady = Part(4) is { Length: > 0 } ready && ready.All(static word => word == "True"),
            Images = [.. Part(5).Skip(1).Select(Image)],
            // What the API says of static pods lags by the kubelet's sync period, a minute. That it answers, and that others were placed
            // and run, shows that they run.
            Pods = [.. Part(6).Select(Pod).Where(pod => pod.IsWell || pod.LacksImage || !mirrored.Contains(pod.Name))],
            Unsettled =
            [
                .. Part(8)
                    .Select(static line => line.Split('\t'))
                    .Where(static columns => !IsSettled(columns))
                    .Select(static columns => columns[0]),
            ],
        };
    }

    private static RuntimeImage Image(string line)
    {
        string[] columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string[] labels = columns[^1].Split(',');
        return new(columns[0], labels.Contains("io.cri-containerd.image=managed"), labels.Contains("io.cri-containerd.pinned=pinned"));
    }

    // Seen by its controller as it is now, and with as many ready as it shall have.
    private static bool IsSettled(string[] columns) =>
        columns is [_, var generation, var seen, var wanted, .. var ready]
        && generation == seen
        && wanted == (ready is [var number] ? number : "0");

    private static BootedPod Pod(string line)
    {
        string[] columns = line.Split('\t');
        return new(columns[0], columns.ElementAtOrDefault(1) ?? "", (columns.ElementAtOrDefault(2) ?? "").Trim());
    }
}
