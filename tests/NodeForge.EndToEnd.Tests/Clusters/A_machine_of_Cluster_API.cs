using NodeForge.EndToEnd.Tests.NodeImages;

namespace NodeForge.EndToEnd.Tests.Clusters;

/// <summary>What Cluster API's Docker provider does with an image, call by call: its docker run, its wait for a line of the log, the files
/// and commands of kubeadm's bootstrap data.</summary>
[Trait("Category", "EndToEnd")]
[Collection(NodeImageCollection.Name)]
public sealed class A_machine_of_Cluster_API : IAsyncDisposable
{
    private const string Configuration = """
        apiVersion: kubeadm.k8s.io/v1beta2
        kind: ClusterConfiguration
        clusterName: capd
        kubernetesVersion: v1.20.2
        apiServer:
          certSANs: [localhost, 127.0.0.1, 0.0.0.0, host.docker.internal]
        controllerManager:
          extraArgs: {enable-hostpath-provisioner: "true"}
        networking: {podSubnet: 192.168.0.0/16, serviceSubnet: 10.128.0.0/12, dnsDomain: cluster.local}
        ---
        apiVersion: kubeadm.k8s.io/v1beta2
        kind: InitConfiguration
        nodeRegistration:
          criSocket: unix:///var/run/containerd/containerd.sock
          kubeletExtraArgs: {eviction-hard: "nodefs.available<0%,nodefs.inodesFree<0%,imagefs.available<0%"}
        """;

    private readonly string name = "nf-capd-" + Path.GetRandomFileName()[..6];
    private readonly string folder = Directory.CreateTempSubdirectory("nodeforge-capd-").FullName;

    public async ValueTask DisposeAsync()
    {
        await ProgramRun.TryAsync(["docker", "rm", "--force", "--volumes", name]);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task It_boots_takes_its_bootstrap_data_and_becomes_Ready()
    {
        await StartAsync();
        await EventuallyAsync("docker logs \"$1\" 2>&1 | grep -qE 'Reached target .*Multi-User System.*'", TimeSpan.FromMinutes(2));
        await EventuallyAsync("docker exec \"$1\" crictl ps", TimeSpan.FromMinutes(1));
        Assert.DoesNotContain("Running", await ExecAsync("crictl", "ps"), StringComparison.Ordinal);
        await LoadAsync();

        await ExecAsync("mkdir", "-p", "/run/kubeadm", "/run/cluster-api");
        await CopyAsync(Configuration, "/run/kubeadm/kubeadm.yaml");
        await ExecAsync("chmod", "0640", "/run/kubeadm/kubeadm.yaml");
        await ExecAsync(
            "/bin/sh",
            "-c",
            "kubeadm init --config /run/kubeadm/kubeadm.yaml --ignore-preflight-errors=all"
                + " && echo success > /run/cluster-api/bootstrap-success.complete"
        );
        Assert.Equal("success", (await ExecAsync("cat", "/run/cluster-api/bootstrap-success.complete")).Trim());

        await ExecAsync("/bin/sh", "-c", "kubectl --kubeconfig /etc/kubernetes/admin.conf apply -f /kind/manifests/default-cni.yaml");
        await EventuallyAsync(
            "docker exec \"$1\" kubectl --kubeconfig /etc/kubernetes/admin.conf get nodes --no-headers | grep -q ' Ready '",
            TimeSpan.FromMinutes(3)
        );
        string running = await ExecAsync("crictl", "ps");
        Assert.Contains("  Running  k8s.gcr.io/kube-apiserver:v1.20.2\n", running, StringComparison.Ordinal);
        Assert.DoesNotContain("pause", running, StringComparison.Ordinal);
    }

    private Task StartAsync() =>
        ProgramRun.OutputAsync(
            "docker",
            "run",
            "--detach",
            "--tty",
            "--privileged",
            "--security-opt",
            "seccomp=unconfined",
            "--security-opt",
            "apparmor=unconfined",
            "--cgroupns=private",
            "--tmpfs",
            "/tmp",
            "--tmpfs",
            "/run",
            "--volume",
            "/var",
            "--volume",
            "/lib/modules:/lib/modules:ro",
            "--label",
            "io.x-k8s.kind.cluster=capd",
            "--label",
            "io.x-k8s.kind.role=control-plane",
            "--hostname",
            name,
            "--name",
            name,
            NodeImage.Reference
        );

    // Images of the machine's list are piped in.
    private async Task LoadAsync()
    {
        await ExecAsync("/bin/sh", "-c", "ctr -n k8s.io images export /tmp/pause.tar k8s.gcr.io/pause:3.2");
        string archive = Path.Combine(folder, "pause.tar");
        await ShellAsync(
            "docker exec \"$1\" cat /tmp/pause.tar > \"$2\" && docker exec -i \"$1\" ctr -n k8s.io images import - < \"$2\"",
            archive
        );
    }

    private async Task CopyAsync(string text, string path)
    {
        string file = Path.Combine(folder, "file");
        await File.WriteAllTextAsync(file, text);
        await ShellAsync($"docker exec -i \"$1\" cp /dev/stdin {path} < \"$2\"", file);
    }

    private Task<string> ExecAsync(params string[] command) => ProgramRun.OutputAsync(["docker", "exec", name, .. command]);

    private Task<string> ShellAsync(string script, string file) => ProgramRun.OutputAsync("sh", "-ec", script, "sh", name, file);

    private async Task EventuallyAsync(string script, TimeSpan patience)
    {
        string seconds = ((int)patience.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture);
        (
            await ProgramRun.TryAsync(["timeout", seconds, "sh", "-c", $"until {script} > /dev/null 2>&1; do sleep 1; done", "sh", name])
        ).Succeeded();
    }
}
