using System.Diagnostics;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Nodes;
using NodeForge.Kubernetes;

namespace NodeForge.Clusters.Tests;

/// <summary>The program that a node has for the kube-proxy of a kubeadm init by hand, run by a real shell; kubectl is played.</summary>
public sealed class KubeProxyByHand : IDisposable
{
    private const string Map = "data:\n  config.conf: |-\n    conntrack:\n      maxPerCore: {0}\n      min: null\n";

    private readonly string folder = Directory.CreateTempSubdirectory("nodeforge-proxy-").FullName;

    public KubeProxyByHand()
    {
        string kubectl = Path.Combine(folder, "kubectl");
        // The map comes at the second question, as it does from a cluster that still starts.
        File.WriteAllText(
            kubectl,
            """
            #!/bin/sh
            cd "$(dirname "$0")"
            echo "$*" >>calls
            case $* in
              *get*) if [ -e asked ]; then cat map; else : >asked; exit 1; fi ;;
              *replace*) cat >replaced ;;
            esac

            """
        );
        File.SetUnixFileMode(kubectl, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_table_that_would_be_sized_is_left_alone_and_the_pods_start_again()
    {
        File.WriteAllText(At("admin.conf"), "");
        File.WriteAllText(At("map"), Map.Replace("{0}", "null", StringComparison.Ordinal));
        Assert.Equal(0, await RunAsync());
        Assert.Equal(Map.Replace("{0}", "0", StringComparison.Ordinal), File.ReadAllText(At("replaced")));
        Assert.Equal(
            "--namespace kube-system delete pods --selector k8s-app=kube-proxy --wait=false --ignore-not-found",
            File.ReadLines(At("calls")).Last()
        );
    }

    [Fact]
    public async Task What_a_user_has_set_stays()
    {
        File.WriteAllText(At("admin.conf"), "");
        File.WriteAllText(At("map"), Map.Replace("{0}", "1024", StringComparison.Ordinal));
        Assert.Equal(0, await RunAsync());
        Assert.False(File.Exists(At("replaced")));
    }

    [Fact]
    public async Task After_kubeadm_reset_nobody_is_asked()
    {
        Assert.Equal(0, await RunAsync());
        Assert.False(File.Exists(At("calls")));
    }

    private string At(string name) => Path.Combine(folder, name);

    private async Task<int> RunAsync()
    {
        string program = BareFiles
            .Of(
                PlanningACluster.Plan(NodeRole.ControlPlane).First,
                KubernetesVersion.TryParse("v1.36.2", out KubernetesVersion version) ? version : default,
                new()
            )
            .ElementAt(1)
            .Content;
        File.WriteAllText(At("program"), program);
        ProcessStartInfo start = new("bash", [At("program")]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["KUBECONFIG"] = At("admin.conf");
        start.Environment["PATH"] = $"{folder}:{Environment.GetEnvironmentVariable("PATH")}";
        using Process process = Process.Start(start)!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
