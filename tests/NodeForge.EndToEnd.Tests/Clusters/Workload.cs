using System.Net;
using System.Text.RegularExpressions;
using NodeForge.EndToEnd.Tests.Engines;

namespace NodeForge.EndToEnd.Tests.Clusters;

/// <summary>A web server of four pods that says which pod answers, with a NodePort; its image is a busybox that the test brings
/// along.</summary>
internal sealed partial class Workload
{
    public const int NodePort = 30080;
    public const int PodPort = 8080;
    public const int ServicePort = 80;
    public const int Replicas = 4;

    /// <summary>The busybox, in nodes that have been given it by <see cref="ImportAsync"/>.</summary>
    public const string Image = "example.test/busybox:1";

    /// <summary>How long pulling up containers may take on two busy cores.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly MadeCluster cluster;
    private readonly HttpClient calls = new(new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero })
    {
        Timeout = TimeSpan.FromSeconds(3),
    };

    private Workload(MadeCluster cluster) => this.cluster = cluster;

    /// <summary>Pods stay two seconds on a node that is away, where Kubernetes' own default is five minutes.</summary>
    private static string Manifest =>
        $$$"""
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web}
            spec:
              replicas: {{{Replicas}}}
              selector: {matchLabels: {app: web}}
              template:
                metadata: {labels: {app: web}}
                spec:
                  terminationGracePeriodSeconds: 1
                  tolerations:
                  - {key: node.kubernetes.io/not-ready, operator: Exists, effect: NoExecute, tolerationSeconds: 2}
                  - {key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: 2}
                  topologySpreadConstraints:
                  - {maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {app: web} } }
                  containers:
                  - name: web
                    image: {{{Image}}}
                    imagePullPolicy: Never
                    command:
                    - /bin/busybox
                    - sh
                    - -c
                    - |
                      /bin/busybox hostname > /tmp/index.html
                      /bin/busybox mkdir -p /tmp/cgi-bin
                      /bin/busybox printf '#!/bin/busybox sh\necho; echo $REMOTE_ADDR\n' > /tmp/cgi-bin/asker
                      /bin/busybox chmod 755 /tmp/cgi-bin/asker
                      exec /bin/busybox httpd -f -p {{{PodPort}}} -h /tmp
                    readinessProbe: {httpGet: {port: {{{PodPort}}}, path: /index.html}, periodSeconds: 1}
                    volumeMounts: [{name: kubectl, mountPath: /kubectl}]
                  volumes: [{name: kubectl, hostPath: {path: /usr/bin/kubectl, type: File} }]
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: web}
            spec:
              type: NodePort
              selector: {app: web}
              ports: [{port: {{{ServicePort}}}, targetPort: {{{PodPort}}}, nodePort: {{{NodePort}}}}]
            """;

    public static async Task<Workload> StartAsync(MadeCluster cluster)
    {
        await Task.WhenAll(cluster.Nodes.Select(node => ImportAsync(cluster, node)));
        await cluster.ApplyAsync(Manifest);
        Workload workload = new(cluster);
        await workload.RolledOutAsync();
        return workload;
    }

    public Task RolledOutAsync() => cluster.KubectlAsync("rollout", "status", "deployment/web", $"--timeout={Patience.TotalSeconds}s");

    /// <summary>All pods answer at their addresses, asked by each other, and every node leads the service to them and to no pod that is
    /// gone.</summary>
    public Task SettledAsync() =>
        Eventually.EqualAsync(
            "all answer",
            Patience,
            async () =>
            {
                IReadOnlyList<WorkloadPod> pods = await PodsAsync();
                if (pods.Count != Replicas)
                    return $"{pods.Count} pods are Ready";
                for (int index = 0; index < pods.Count; index++)
                {
                    if (
                        await AskFromAsync(pods[index], pods[(index + 1) % pods.Count].Address, PodPort) is var answer
                        && answer != pods[(index + 1) % pods.Count].Name
                    )
                        return $"{pods[index]} heard '{answer}'";
                }

                string wanted = string.Join(' ', pods.Select(pod => pod.Address).Order(StringComparer.Ordinal));
                foreach (string node in cluster.Nodes)
                {
                    if (await DestinationsAsync(node) is var led && led != wanted)
                        return $"{node} leads to {led}, not to {wanted}";
                }

                return "all answer";
            }
        );

    // What kube-proxy has written in its default mode. It follows the pods by a second or two.
    private async Task<string> DestinationsAsync(string node)
    {
        string rules = await cluster.RunAsync(node, "iptables-save", "--table", "nat");
        return string.Join(
            ' ',
            ServiceDestination().Matches(rules).Select(match => match.Groups[1].Value).Distinct().Order(StringComparer.Ordinal)
        );
    }

    [GeneratedRegex("\"default/web\".*--to-destination ([0-9.]+):")]
    private static partial Regex ServiceDestination();

    /// <summary>The pods that are Ready and not about to go.</summary>
    public async Task<IReadOnlyList<WorkloadPod>> PodsAsync()
    {
        const string fields =
            "{range .items[*]}{.metadata.name}|{.spec.nodeName}|{.status.podIPs[*].ip}|{.status.conditions[?(@.type==\"Ready\")].status}|{.metadata.deletionTimestamp}{\"\\n\"}{end}";
        string text = await cluster.KubectlAsync("get", "pods", "--selector=app=web", "-o", "jsonpath=" + fields);
        return
        [
            .. text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split('|'))
                .Where(part => part is [_, _, _, "True", ""])
                .Select(part => new WorkloadPod(part[0], part[1], part[2].Split(' '))),
        ];
    }

    /// <summary>One pod on each of the nodes that have any.</summary>
    public async Task<WorkloadPod[]> OneOnEachNodeAsync() => [.. (await PodsAsync()).DistinctBy(pod => pod.Node)];

    /// <summary>What a pod hears from an address: the name of the pod that answers. By nc, since a static wget needs the C library's files
    /// beside it.</summary>
    public Task<string> AskFromAsync(WorkloadPod pod, string address, int port) => AskFromAsync(pod, address, port, "/index.html");

    /// <summary>The address that one pod sees when another asks it at its IPv4 address, which httpd tells in IPv6's way:
    /// [::ffff:10.244.1.2].</summary>
    public async Task<string> AddressSeenAsync(WorkloadPod asking, WorkloadPod asked) =>
        IPAddress.Parse((await AskFromAsync(asking, asked.Address, PodPort, "/cgi-bin/asker")).Trim('[', ']')).MapToIPv4().ToString();

    /// <summary>What this machine hears from the NodePort of a node.</summary>
    public async Task<string> AskAsync(int hostPort, string host = "127.0.0.1") =>
        (await calls.GetStringAsync(new Uri($"http://{host}:{hostPort}/index.html"))).Trim();

    /// <summary>Answers at a node's NodePort, one request after the other.</summary>
    public async Task AnswersAsync(int hostPort, string host = "127.0.0.1") =>
        await Eventually.TrueAsync(Patience, async () => (await AskAsync(hostPort, host)).StartsWith("web-", StringComparison.Ordinal));

    private Task<string> AskFromAsync(WorkloadPod pod, string address, int port, string path) =>
        cluster.KubectlAsync(
            "exec",
            pod.Name,
            "--",
            "/bin/busybox",
            "sh",
            "-c",
            $"printf 'GET {path} HTTP/1.0\\r\\n\\r\\n' | /bin/busybox nc -w 5 {address} {port} | /bin/busybox tail -n 1"
        );

    public static async Task ImportAsync(MadeCluster cluster, string node)
    {
        using MemoryStream archive = new();
        await BusyboxArchive.WriteAsync(archive, Image, CancellationToken.None);
        archive.Position = 0;
        (int code, string said) = await cluster.TryRunAsync(node, ["ctr", "--namespace", "k8s.io", "images", "import", "-"], archive);
        Assert.True(code == 0, said);
    }
}

/// <param name="Addresses">One of each family that the cluster has.</param>
internal sealed record WorkloadPod(string Name, string Node, IReadOnlyList<string> Addresses)
{
    public string Address => Addresses[0];
}
