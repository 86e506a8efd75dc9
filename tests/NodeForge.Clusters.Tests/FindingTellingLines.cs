using NodeForge.Clusters.Diagnostics;

namespace NodeForge.Clusters.Tests;

public sealed class FindingTellingLines : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nf-logs-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void What_a_program_said_when_it_ended_is_told_with_its_name()
    {
        Save(
            "lab-control-plane",
            "pods.log",
            """
            ==> /var/log/pods/kube-system_etcd-lab_0/etcd/0.log <==
            2026-11-20T16:18:09.2Z stderr F 2026-11-20 16:18:09.206988 I | etcdmain: etcd Version: 3.4.23
            2026-11-20T16:18:09.3Z stderr F 2026-11-20 16:18:09.306988 C | etcdmain: open /etc/kubernetes/pki/etcd/peer.crt: no such file

            ==> /var/log/pods/kube-system_kube-apiserver-lab_0/kube-apiserver/3.log <==
            2026-11-20T16:18:09.9Z stderr F Error: unknown flag: --bogus
            2026-11-20T16:18:10.9Z stderr F I1120 16:18:11.642124       1 shared_informer.go:240] Waiting for caches
            """
        );
        Assert.Equal(
            [
                "etcd: 2026-11-20 16:18:09.306988 C | etcdmain: open /etc/kubernetes/pki/etcd/peer.crt: no such file",
                "kube-apiserver: Error: unknown flag: --bogus",
            ],
            TellingLines.Of(folder)
        );
    }

    [Fact]
    public void A_line_without_end_is_not_held()
    {
        string node = Directory.CreateDirectory(Path.Combine(folder, "lab-worker")).FullName;
        using (StreamWriter log = new(Path.Combine(node, "kubelet.log")))
        {
            for (int i = 0; i < 1 << 10; i++)
                log.Write(new string('x', 1 << 16));
            log.Write("\nNov 20 16:18:10 lab kubelet[7]: F1120 no such cgroup\r\nkubelet\n");
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(["kubelet: F1120 no such cgroup"], TellingLines.Of(folder));
        Assert.Null(FullDisk.Find(node, "lab-worker"));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    [Fact]
    public void The_kubelet_s_last_word_and_the_runtime_s_are_told()
    {
        Save(
            "lab-worker",
            "kubelet.log",
            """
            Nov 20 16:18:01 lab-worker kubelet[199]: E1120 16:18:02.663853     199 kubelet.go:2243] node "lab-worker" not found
            Nov 20 16:18:01 lab-worker kubelet[199]: F1120 16:18:02.663853     199 server.go:269] failed to run Kubelet: misconfiguration
            """
        );
        Save(
            "lab-worker",
            "containerd.log",
            "Nov 20 16:18:01 lab-worker containerd[99]: containerd: failed to load TOML: /etc/containerd/config.toml\n"
        );
        Assert.Equal(
            [
                "kubelet: F1120 16:18:02.663853     199 server.go:269] failed to run Kubelet: misconfiguration",
                "containerd: Nov 20 16:18:01 lab-worker containerd[99]: containerd: failed to load TOML: /etc/containerd/config.toml",
            ],
            TellingLines.Of(folder)
        );
    }

    [Theory]
    [InlineData(
        """E1128 13:02:01.5 123 run.go:72] "command failed" err="failed to validate kubelet configuration, error: kubelet is configured to not run on a host using cgroup v1" """
    )]
    [InlineData(
        """E1128 13:02:01.5 123 run.go:72] "command failed" err="failed to set feature gates from initial flags-based config: unrecognized feature gate: NoSuch" """
    )]
    public void A_kubelet_of_today_says_by_a_failed_command_why_it_ends(string said)
    {
        Save("lab-worker", "kubelet.log", $"Nov 28 13:02:01 lab-worker kubelet[123]: {said}\n");
        Assert.Equal(["kubelet: " + said.Trim()], TellingLines.Of(folder));
    }

    [Fact]
    public void Logs_without_a_fault_tell_nothing()
    {
        Save("lab-worker", "kubelet.log", "Nov 20 16:18:01 lab-worker kubelet[199]: I1120 16:18:02.663853     199 kubelet.go:1] fine\n");
        Assert.Empty(TellingLines.Of(folder));
    }

    [Fact]
    public void A_full_disk_is_told_in_the_words_of_the_one_who_met_it()
    {
        Save(
            "lab-control-plane",
            "journal.log",
            "Nov 20 16:18:01 lab systemd-journald[9]: Failed to write entry: No space left on device\n"
        );
        Save(
            "lab-control-plane",
            "pods.log",
            """
            ==> /var/log/pods/kube-system_etcd-lab_0/etcd/2.log <==
            2026-11-20T16:18:09.3Z stderr F 2026-11-20 16:18:09.306988 C | etcdserver: create wal error: no space left on device

            """
        );
        Diagnostic? told = FullDisk.Find(Path.Combine(folder, "lab-control-plane"), "lab-control-plane");
        Assert.Equal(
            (
                ErrorCodes.DiskFull,
                "lab-control-plane",
                "2026-11-20T16:18:09.3Z stderr F 2026-11-20 16:18:09.306988 C | etcdserver: create wal error: no space left on device"
            ),
            (told?.Code, told?.Where?.Resource, told?.Got)
        );
    }

    [Fact]
    public void Of_a_line_of_pages_the_end_is_told_where_the_file_stands()
    {
        string dump = string.Concat(Enumerable.Repeat("VolumeMount{Name:cgroups,ReadOnly:true} ", 100));
        Save(
            "lab-worker",
            "kubelet.log",
            $"Nov 20 16:18:01 lab-worker kubelet[199]: E1120 {dump}{new string('x', 200)} write /var/lib/containerd/tmpmounts/libc.so.6: no space left on device: unknown\n"
        );
        string? told = FullDisk.Find(Path.Combine(folder, "lab-worker"), "lab-worker")?.Got;
        Assert.StartsWith("…xxx", told, StringComparison.Ordinal);
        Assert.EndsWith(" write /var/lib/containerd/tmpmounts/libc.so.6: no space left on device", told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kubelet[199]: E1120 16:18:02 raw.go:87] inotify_add_watch /sys/fs/cgroup/cpuset: no space left on device")]
    [InlineData("systemd[1]: Failed to create /init.scope control group: No space left on device")]
    [InlineData("containerd[99]: level=info msg=\"all is well\"")]
    public void The_same_words_about_watches_and_cgroups_are_no_full_disk(string line)
    {
        Save("lab-worker", "journal.log", $"Nov 20 16:18:01 lab-worker {line}\n");
        Assert.Null(FullDisk.Find(Path.Combine(folder, "lab-worker"), "lab-worker"));
    }

    private void Save(string node, string name, string text)
    {
        Directory.CreateDirectory(Path.Combine(folder, node));
        File.WriteAllText(Path.Combine(folder, node, name), text);
    }
}
