using System.Collections.Concurrent;
using System.Text.Json;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Kubeadm;
using NodeForge.Clusters.Nodes;
using NodeForge.Clusters.Planning;
using NodeForge.Kubernetes;
using NodeForge.TestSupport.Engines;
using AddressRange = NodeForge.Clusters.Configuration.AddressRange;

namespace NodeForge.Clusters.Tests.Played;

/// <summary>A control plane and a worker of one version that are about to have an image of another, in an engine that keeps names and what
/// was done.</summary>
internal sealed class PlayedUpgrade : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, PlayedContainer> containers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (string Container, string[] Command, int ExitCode)> programs = new(
        StringComparer.Ordinal
    );
    private readonly ConcurrentQueue<string> done = new();
    private readonly string was;
    private readonly string becomes;
    private readonly ScriptedApi api;
    private int counter;

    public PlayedUpgrade(string was, string becomes)
    {
        this.was = was;
        this.becomes = becomes;
        api = new(Answer);
        containers["cp"] = new("lab-control-plane", ClusterLabels.ControlPlane, "sha256:0123") { Running = true };
        containers["wk"] = new("lab-worker", ClusterLabels.Worker, "sha256:0123") { Running = true };
        Engine
            .WithObjects(
                networks: """[{"Id":"net","Name":"nodeforge-lab","Labels":{"dev.nodeforge.cluster":"lab"},"IPAM":{"Config":[{"Subnet":"10.201.0.0/24"}]}}]"""
            )
            .On("GET /info", 200, """{"Driver":"overlay2","CgroupVersion":"2","OSType":"linux","Architecture":"x86_64"}""")
            .On(
                "GET /images/",
                200,
                JsonSerializer.Serialize(
                    new
                    {
                        Id = "sha256:0456",
                        Architecture = "amd64",
                        Os = "linux",
                        Config = new
                        {
                            Labels = new Dictionary<string, string> { ["of.the.image"] = "old" },
                            Env = new[] { "container=docker" },
                        },
                    }
                )
            )
            .On("GET /containers/", GetAsync)
            .On(
                "GET /containers/json",
                call =>
                    call.AnswerAsync(
                        200,
                        JsonSerializer.Serialize(
                            containers.Where(pair => pair.Value.Role.Length > 0).Select(pair => pair.Value.Summary(pair.Key))
                        )
                    )
            )
            .On(
                "PUT /containers/",
                async call =>
                {
                    await call.ReadBodyAsync();
                    await call.AnswerAsync(200, string.Empty);
                }
            )
            .On("POST /containers/", ChangeAsync)
            .On("POST /containers/create", CreateAsync)
            .On("DELETE /containers/", RemoveAsync)
            .On(
                "GET /exec/",
                call =>
                    call.AnswerAsync(200, JsonSerializer.Serialize(new { Running = false, programs[call.Request.Split('/')[2]].ExitCode }))
            )
            .On("POST /exec/", RunAsync);
    }

    public ScriptedEngine Engine { get; } = new();

    /// <summary>What was done, in its order: "create lab-worker", "kubeadm upgrade node", "PATCH lab-worker".</summary>
    public IReadOnlyCollection<string> Done => done;

    /// <summary>Names of the containers that there are, with their images.</summary>
    public IEnumerable<string> Containers =>
        containers
            .Values.Select(container => $"{container.Name} {container.Image}{(container.Running ? string.Empty : " stopped")}")
            .Order(StringComparer.Ordinal);

    /// <summary>What the engine was asked to make, by name; the last of each.</summary>
    public ConcurrentDictionary<string, JsonElement> Made { get; } = new(StringComparer.Ordinal);

    /// <summary>A container of that name on the new image does not start.</summary>
    public string? Breaks { get; init; }

    /// <summary>A container that was put aside does not get its name back.</summary>
    public bool StaysAside { get; init; }

    /// <summary>kubeadm's upgrade in the node of that name fails.</summary>
    public string? KubeadmFails { get; init; }

    /// <summary>An image that the new node image lacks.</summary>
    public string? Lacks { get; init; }

    public void Add(string id, PlayedContainer container) => containers[id] = container;

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        await api.DisposeAsync();
    }

    private static string IdOf(ScriptedCall call) => call.Request.Split('/')[2].Split('?')[0];

    private PlayedContainer? Find(string id, out string key)
    {
        key = containers.ContainsKey(id) ? id : containers.FirstOrDefault(pair => pair.Value.Name == id).Key ?? string.Empty;
        return containers.GetValueOrDefault(key);
    }

    private async Task GetAsync(ScriptedCall call)
    {
        if (Find(IdOf(call), out string id) is not { } container)
            await call.AnswerAsync(404, """{"message":"No such container"}""");
        else if (call.Request.Contains("/archive", StringComparison.Ordinal))
            await ArchiveAsync(call, container, Uri.UnescapeDataString(call.Request.Split("path=")[1]));
        else if (call.Request.Contains("/logs", StringComparison.Ordinal))
            await call.StreamAsync([]);
        else
            await call.AnswerAsync(200, JsonSerializer.Serialize(container.Details(id, api.Port)));
    }

    private async Task ArchiveAsync(ScriptedCall call, PlayedContainer container, string path)
    {
        string version = container.Image == "sha256:0456" ? becomes : was;
        NodeFile? file = path switch
        {
            "/kind" => NodeFile.Public("kind/version", version),
            "/kind/kubeadm.conf" => NodeFile.Public("kubeadm.conf", Documents()),
            "/etc/kubernetes/admin.conf" => NodeFile.Public("admin.conf", api.Administrator),
            "/etc/nodeforge/containerd-patches.json" => null,
            _ => NodeFile.Public(path[(path.LastIndexOf('/') + 1)..], string.Empty),
        };
        if (file is null)
        {
            await call.AnswerAsync(404, """{"message":"Could not find the file"}""");
            return;
        }

        using MemoryStream archive = new();
        await NodeFile.WriteTarAsync([file], archive, TimeProvider.System, CancellationToken.None);
        await call.StreamAsync([archive.ToArray()]);
    }

    private string Documents()
    {
        ClusterConfig config = new() { Name = "lab", Nodes = [new(), new() { Role = NodeRole.Worker }] };
        ClusterPlan plan = ClusterPlan.Of(
            config,
            new("net", "nodeforge-lab", AddressRange.Parse("10.201.0.0/24")),
            7000,
            overlaySnapshots: true
        );
        return KubeadmDocuments.Of(plan, plan.First, KubernetesVersion.Parse(was));
    }

    private async Task CreateAsync(ScriptedCall call)
    {
        string name = call.Request.Split("name=")[1].Split('&')[0];
        using JsonDocument body = JsonDocument.Parse(await call.ReadTextAsync());
        Made[name] = body.RootElement.Clone();
        string id = $"made{Interlocked.Increment(ref counter)}";
        string role = body.RootElement.GetProperty("Labels").TryGetProperty(ClusterLabels.Role, out JsonElement label)
            ? label.GetString()!
            : string.Empty;
        containers[id] = new(name, role, body.RootElement.GetProperty("Image").GetString()!);
        done.Enqueue($"create {name}");
        await call.AnswerAsync(201, JsonSerializer.Serialize(new { Id = id }));
    }

    private async Task ChangeAsync(ScriptedCall call)
    {
        PlayedContainer container = Find(IdOf(call), out string id)!;
        string verb = call.Request.Split('/')[3].Split('?')[0];
        switch (verb)
        {
            case "exec":
                using (JsonDocument body = JsonDocument.Parse(await call.ReadTextAsync()))
                {
                    string exec = $"e{Interlocked.Increment(ref counter)}";
                    programs[exec] = (id, [.. body.RootElement.GetProperty("Cmd").EnumerateArray().Select(word => word.GetString()!)], -1);
                    await call.AnswerAsync(201, JsonSerializer.Serialize(new { Id = exec }));
                    return;
                }

            case "start" when container.Name == Breaks && container.Image == "sha256:0456":
                await call.AnswerAsync(500, """{"message":"it does not start"}""");
                return;
            case "rename" when StaysAside && container.Name.EndsWith("-before-upgrade", StringComparison.Ordinal):
                await call.AnswerAsync(500, """{"message":"the engine is not well"}""");
                return;
            case "start" or "stop":
                container.Running = verb == "start";
                break;
            case "rename":
                container.Name = call.Request.Split("name=")[1];
                break;
            case "update":
                await call.AnswerAsync(200, "{}");
                return;
        }

        done.Enqueue($"{verb} {container.Name}");
        await call.AnswerAsync(204, string.Empty);
    }

    private async Task RemoveAsync(ScriptedCall call)
    {
        if (Find(IdOf(call), out string id) is { } container)
        {
            containers.TryRemove(id, out _);
            done.Enqueue($"remove {container.Name}");
            await call.AnswerAsync(204, string.Empty);
        }
        else
            await call.AnswerAsync(404, """{"message":"No such container"}""");
    }

    private async Task RunAsync(ScriptedCall call)
    {
        string id = call.Request.Split('/')[2];
        (string container, string[] command, _) = programs[id];
        (int exit, string output) = Run(containers[container], command);
        programs[id] = (container, command, exit);
        Stream raw = await call.UpgradeAsync();
        await raw.WriteAsync(ScriptedCall.Frame(1, output));
        await call.EndUpgradedAsync();
    }

    private (int ExitCode, string Output) Run(PlayedContainer container, string[] command)
    {
        switch (command)
        {
            case ["systemctl", "is-system-running"]:
                return (0, "running\n");
            case ["kubeadm", "config", "images", "list", ..]:
                return (0, string.Join('\n', PlayedCluster.ImagesOf(KubernetesVersion.Parse(becomes))) + "\n");
            case ["sh", "-c", var script, ..] when script.Contains("content list", StringComparison.Ordinal):
                return (
                    0,
                    $"x86_64\n=====\n=====\n{string.Concat(PlayedCluster.ImagesOf(KubernetesVersion.Parse(becomes)).Where(name => name != Lacks).Select(name => $"{name} type sha256:{new string('a', 64)}\n"))}=====\n"
                );
            case ["sh", "-c", var script] when script.StartsWith("readlink", StringComparison.Ordinal):
                return (0, "/usr/bin/kubeadm\n");
            case ["timeout", _, "/kind/upgrade/kubeadm", "upgrade", var verb, ..]:
                done.Enqueue($"kubeadm upgrade {verb} in {container.Name}");
                return container.Name == KubeadmFails ? (1, "etcd is not healthy") : (0, string.Empty);
            default:
                return (0, string.Empty);
        }
    }

    private (int Status, string Body) Answer(string request)
    {
        string now = DateTimeOffset
            .UtcNow.AddMinutes(1)
            .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        if (request.StartsWith("PATCH ", StringComparison.Ordinal))
            done.Enqueue($"PATCH {request.Split('/')[^1]}");
        return request switch
        {
            "GET /api/v1/namespaces/kube-system/configmaps/kubeadm-config" => (
                200,
                JsonSerializer.Serialize(
                    new { data = new { ClusterConfiguration = $"kind: ClusterConfiguration\nkubernetesVersion: {was}\n" } }
                )
            ),
            "GET /version" => (200, """{"major":"1","minor":"36"}"""),
            "GET /api/v1/nodes" => (
                200,
                JsonSerializer.Serialize(
                    new
                    {
                        items = new[] { "lab-control-plane", "lab-worker" }.Select(name => new
                        {
                            metadata = new { name },
                            status = new
                            {
                                conditions = new[]
                                {
                                    new
                                    {
                                        type = "Ready",
                                        status = "True",
                                        lastHeartbeatTime = now,
                                    },
                                },
                            },
                        }),
                    }
                )
            ),
            _ when request.StartsWith("GET /api/v1/nodes/", StringComparison.Ordinal) => (200, """{"spec":{}}"""),
            _ when request.StartsWith("GET /api/v1/namespaces/kube-system/pods", StringComparison.Ordinal) => (
                200,
                $$$$"""{"items":[{"metadata":{"name":"etcd"},"status":{"containerStatuses":[{"ready":true,"state":{"running":{"startedAt":"{{{{now}}}}"}}}]}}]}"""
            ),
            _ when request.StartsWith("GET /api/v1/pods", StringComparison.Ordinal) || request == "GET /api/v1/persistentvolumes" => (
                200,
                """{"items":[]}"""
            ),
            _ when request.StartsWith("PATCH ", StringComparison.Ordinal) => (200, "{}"),
            _ => (404, "{}"),
        };
    }
}

/// <summary>A container of <see cref="PlayedUpgrade"/>.</summary>
internal sealed class PlayedContainer(string name, string role, string image)
{
    public string Name { get; set; } = name;

    public string Role => role;

    public string Image => image;

    public bool Running { get; set; }

    private Dictionary<string, string> Labels =>
        new()
        {
            [ClusterLabels.Cluster] = "lab",
            [ClusterLabels.Role] = role,
            [ClusterLabels.Image] = image,
            ["of.the.image"] = "old",
        };

    public object Summary(string id) =>
        new
        {
            Id = id,
            Names = new[] { "/" + Name },
            Image = image,
            State = Running ? "running" : "exited",
            Labels,
        };

    public object Details(string id, int port) =>
        new
        {
            Id = id,
            Name = "/" + Name,
            Image = image,
            State = new
            {
                Status = Running ? "running" : "exited",
                Running,
                StartedAt = "2026-01-02T10:00:05Z",
            },
            Config = new
            {
                Hostname = Name,
                Labels,
                Env = new[] { "container=docker", "KUBECONFIG=/etc/kubernetes/admin.conf" },
            },
            HostConfig = new { DnsSearch = new[] { "example.test" } },
            NetworkSettings = new
            {
                Ports = role == ClusterLabels.ControlPlane
                    ? new Dictionary<string, object> { ["6443/tcp"] = new[] { new { HostIp = "127.0.0.1", HostPort = $"{port}" } } }
                    : [],
                Networks = new Dictionary<string, object>
                {
                    ["nodeforge-lab"] = new
                    {
                        IPAMConfig = new { IPv4Address = role == ClusterLabels.Worker ? "10.201.0.3" : "10.201.0.2" },
                    },
                },
            },
            Mounts = new object[]
            {
                new
                {
                    Type = "volume",
                    Name = "snapshots",
                    Source = "/x",
                    Destination = "/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs",
                    RW = true,
                },
                new
                {
                    Type = "volume",
                    Name = "kubelet",
                    Source = "/y",
                    Destination = "/var/lib/kubelet",
                    RW = true,
                },
                new
                {
                    Type = "bind",
                    Source = "/lib/modules",
                    Destination = "/lib/modules",
                    RW = false,
                    Propagation = "rprivate",
                },
            },
        };
}
