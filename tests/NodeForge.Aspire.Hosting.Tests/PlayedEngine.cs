using System.Formats.Tar;
using System.Globalization;
using System.Text;
using NodeForge.Kubernetes.Certificates;
using NodeForge.Kubernetes.Kubeconfigs;
using NodeForge.TestSupport.Engines;

namespace NodeForge.Aspire.Hosting.Tests;

/// <summary>An engine that has a node image and no room for clusters, until one is there.</summary>
internal static class PlayedEngine
{
    public static ScriptedEngine Start() =>
        new ScriptedEngine()
            .On("GET /images/", 200, """{"Id":"sha256:11","Os":"linux","Architecture":"amd64","Config":{} }""")
            .On("GET /containers/json", 200, "[]")
            .On("GET /networks", 200, "[]")
            .On("GET /volumes", 200, """{"Volumes":[]}""")
            .On("GET /info", 500, """{"message":"no room for clusters"}""");

    /// <summary>A cluster that runs from now on; nobody answers at its port.</summary>
    public static void Has(this ScriptedEngine engine, string cluster, int port)
    {
        string node = cluster + "-control-plane",
            labels = $$"""{"io.x-k8s.kind.cluster":"{{cluster}}","io.x-k8s.kind.role":"control-plane"}""",
            ports = string.Create(CultureInfo.InvariantCulture, $$"""{"6443/tcp":[{"HostIp":"127.0.0.1","HostPort":"{{port}}"}]}""");
        engine
            .On("GET /containers/json", 200, $$"""[{"Id":"{{node}}","Names":["/{{node}}"],"State":"running","Labels":{{labels}} }]""")
            .On(
                $"GET /containers/{node}/json",
                200,
                $$"""{"Id":"{{node}}","State":{"Status":"running"},"NetworkSettings":{"Ports":{{ports}} } }"""
            )
            .On($"GET /containers/{node}/archive", call => call.StreamAsync([Administrator(cluster)]));
    }

    private static byte[] Administrator(string cluster)
    {
        using ClusterAuthorities authorities = ClusterAuthorities.Create(TimeProvider.System);
        string text = new Kubeconfig(
            cluster,
            new Uri("https://node:6443"),
            authorities.Cluster.Pair.Certificate,
            authorities.Administrator()
        ).ToYaml();
        using MemoryStream archive = new();
        using (TarWriter tar = new(archive, leaveOpen: true))
            tar.WriteEntry(
                new PaxTarEntry(TarEntryType.RegularFile, "admin.conf") { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) }
            );
        return archive.ToArray();
    }
}
