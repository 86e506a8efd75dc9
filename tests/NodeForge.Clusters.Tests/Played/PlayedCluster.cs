using System.Collections.Concurrent;
using System.Formats.Tar;
using System.Text.Json;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Nodes;
using NodeForge.Kubernetes;
using NodeForge.TestSupport.Engines;

namespace NodeForge.Clusters.Tests.Played;

/// <summary>An engine whose containers play the nodes of one version of Kubernetes: files lie where they were put, kubeadm is
/// <see cref="PlayedKubeadm"/>, and
/// an API server answers once a kubelet runs that finds its manifest.</summary>
internal sealed class PlayedCluster : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, PlayedNode> nodes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (string Node, string[] Command, int ExitCode)> programs = new(StringComparer.Ordinal);
    private readonly Lock gate = new();
    private readonly Dictionary<int, PlayedApi> apis = [];
    private int counter;

    public PlayedCluster(KubernetesVersion version)
    {
        Version = version;
        Engine
            .WithObjects()
            .On(
                "GET /info",
                200,
                """{"Driver":"overlay2","CgroupVersion":"2","CgroupDriver":"systemd","OSType":"linux","Architecture":"x86_64"}"""
            )
            .On("GET /version", 200, """{"Version":"27.0.0","ApiVersion":"1.41"}""")
            .On(
                "GET /images/",
                200,
                """{"Id":"sha256:77","Architecture":"amd64","Os":"linux","Config":{"Labels":{"dev.nodeforge.containerd":"2.1.0"}}}"""
            )
            .On("POST /networks/create", 201, """{"Id":"net"}""")
            .On("POST /containers/create", CreateAsync)
            .On(
                "GET /exec/",
                call =>
                    call.AnswerAsync(200, JsonSerializer.Serialize(new { Running = false, programs[call.Request.Split('/')[2]].ExitCode }))
            )
            .On("POST /exec/", RunAsync)
            .On("DELETE ", 204, "");
    }

    public ScriptedEngine Engine { get; } = new();

    public KubernetesVersion Version { get; }

    /// <summary>A node whose kubelet never finds the API server; null for none.</summary>
    public string? Lost { get; init; }

    public IReadOnlyCollection<PlayedNode> Nodes => [.. nodes.Values];

    public bool ApiServes { get; private set; }

    /// <summary>What was patched: the request's line and its body.</summary>
    public ConcurrentQueue<string> Patches { get; } = new();

    public static IEnumerable<string> ImagesOf(KubernetesVersion version) =>
        new[] { "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy", "coredns", "etcd", "pause" }.Select(name =>
            $"registry.k8s.io/{name}:{version}"
        );

    /// <summary>Looks which API servers have all that they need by now. A balancer leads to those that answer.</summary>
    public void Settle()
    {
        lock (gate)
        {
            PlayedNode[] serving =
            [
                .. nodes.Values.Where(node => node.KubeletRuns && node.Name != Lost && node.Has("kube-apiserver") && node.Has("etcd")),
            ];
            if (serving.Length == 0)
                return;
            ApiServes = true;
            foreach (PlayedNode node in serving.Concat(nodes.Values.Where(node => node is { Kubeadm: null, Runs: true })))
            {
                if (node.HostPort is { } port && !apis.ContainsKey(port))
                    apis[port] = new(
                        port,
                        serving[0].Files["etc/kubernetes/pki/apiserver.crt"],
                        serving[0].Files["etc/kubernetes/pki/apiserver.key"],
                        Registered,
                        Patches
                    );
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (PlayedApi api in apis.Values)
            await api.DisposeAsync();
        await Engine.DisposeAsync();
    }

    private IEnumerable<string> Registered() => nodes.Values.Where(node => node.KubeletRuns && node.Name != Lost).Select(node => node.Name);

    private async Task CreateAsync(ScriptedCall call)
    {
        string name = call.Request.Split("name=")[1].Split('&')[0];
        using JsonDocument body = JsonDocument.Parse(await call.ReadTextAsync());
        int? port =
            body.RootElement.GetProperty("HostConfig").TryGetProperty("PortBindings", out JsonElement bindings)
            && bindings.TryGetProperty("6443/tcp", out JsonElement api)
                ? int.Parse(api[0].GetProperty("HostPort").GetString()!, System.Globalization.CultureInfo.InvariantCulture)
                : null;
        string role = body.RootElement.GetProperty("Labels").GetProperty(ClusterLabels.Role).GetString()!;
        PlayedNode node = new(name, port)
        {
            Joins = role == "control-plane" && nodes.Values.Any(other => other.HostPort is not null && other.Kubeadm is not null),
        };
        if (role is "control-plane" or "worker")
            node.Kubeadm = new(Version, node, this);
        nodes[name] = node;
        Script(node);
        await call.AnswerAsync(201, JsonSerializer.Serialize(new { Id = name }));
    }

    private void Script(PlayedNode node)
    {
        string path = $"/containers/{node.Name}";
        Engine
            .On($"GET {path}/archive", async call => await call.StreamAsync([await KindFolderAsync()]))
            .On($"PUT {path}/archive", call => PutAsync(node, call))
            .On(
                $"POST {path}/start",
                call =>
                {
                    node.Runs = true;
                    Settle();
                    return call.AnswerAsync(204, string.Empty);
                }
            )
            .On(
                $"POST {path}/exec",
                async call =>
                {
                    using JsonDocument body = JsonDocument.Parse(await call.ReadTextAsync());
                    string id = $"e{Interlocked.Increment(ref counter)}";
                    programs[id] = (
                        node.Name,
                        [.. body.RootElement.GetProperty("Cmd").EnumerateArray().Select(word => word.GetString()!)],
                        -1
                    );
                    await call.AnswerAsync(201, JsonSerializer.Serialize(new { Id = id }));
                }
            )
            .On($"POST {path}/update", 200, "{}")
            .On(
                $"GET {path}/json",
                call =>
                    call.AnswerAsync(
                        200,
                        JsonSerializer.Serialize(new { Id = node.Name, State = new { Status = node.Runs ? "running" : "created" } })
                    )
            );
    }

    private async Task<byte[]> KindFolderAsync()
    {
        using MemoryStream image = new();
        await NodeFile.WriteTarAsync([NodeFile.Public("kind/version", Version + "\n")], image, TimeProvider.System, CancellationToken.None);
        return image.ToArray();
    }

    private static async Task PutAsync(PlayedNode node, ScriptedCall call)
    {
        using TarReader tar = new(new MemoryStream(await call.ReadBodyAsync()));
        while (await tar.GetNextEntryAsync() is { } entry)
        {
            using StreamReader content = new(entry.DataStream ?? Stream.Null);
            node.Files[entry.Name.TrimStart('/')] = await content.ReadToEndAsync();
        }

        await call.AnswerAsync(200, string.Empty);
    }

    private async Task RunAsync(ScriptedCall call)
    {
        string id = call.Request.Split('/')[2];
        (string name, string[] command, _) = programs[id];
        PlayedNode node = nodes[name];
        (int exit, string output, string errors) = node.Runs ? node.Run(command, this) : (126, string.Empty, "the container does not run");
        programs[id] = (name, command, exit);
        Stream raw = await call.UpgradeAsync();
        await raw.WriteAsync(ScriptedCall.Frame(1, output));
        await raw.WriteAsync(ScriptedCall.Frame(2, errors));
        await call.EndUpgradedAsync();
    }
}
