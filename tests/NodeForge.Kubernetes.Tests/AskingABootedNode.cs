using NodeForge.Kubernetes.Booted;

namespace NodeForge.Kubernetes.Tests;

/// <summary>What a node's programs and the listener beside it say becomes facts; of what they do not say nothing is made up.</summary>
public sealed class AskingABootedNode
{
    // As a node of v1.20.2 said it, shortened.
    private const string Answer = """
        degraded
        =====
        extra.service loaded failed failed An extra
        =====
        active
        inactive
        =====
        HTTP/1.0 200 OK
        Content-Length: 2

        ok
        =====
        True
        =====
        REF                          TYPE                                       DIGEST         SIZE      PLATFORMS   LABELS
        k8s.gcr.io/pause:3.2         application/vnd.oci.image.manifest.v1+json sha256:5d5d... 600.0 KiB linux/amd64 io.cri-containerd.image=managed,io.cri-containerd.pinned=pinned
        example.com/by-hand:1        application/vnd.oci.image.manifest.v1+json sha256:6d6d... 1.0 MiB   linux/amd64 -
        =====
        kube-system/etcd-node	Running	 
        kube-system/kube-apiserver-node	Pending	 
        kube-system/dns	Pending	ErrImagePull 
        =====
        kube-system/etcd-node
        kube-system/kube-apiserver-node
        =====
        kube-system/kube-proxy	1	1	1	1
        kube-system/coredns	2	1	2	2
        kube-system/idle	1	1	0	
        local-path-storage/provisioner	1	1	1	
        """;

    [Fact]
    public void Everything_that_it_says_is_read()
    {
        BootedNode node = NodeQuestions.Read("node", Answer);
        Assert.Equal(("node", "degraded", "ok", true), (node.Name, node.SystemState, node.KubeletHealth, node.IsReady));
        Assert.Equal(["extra.service"], node.FailedUnits);
        Assert.Equal(("active", "inactive"), (node.Units["containerd.service"], node.Units["kubelet.service"]));
        Assert.Equal([new("k8s.gcr.io/pause:3.2", true, true), new("example.com/by-hand:1", false, false)], node.Images);
        Assert.Equal([new("kube-system/etcd-node", "Running", ""), new("kube-system/dns", "Pending", "ErrImagePull")], node.Pods);
        Assert.Equal([true, false], node.Pods.Select(pod => pod.IsWell));
        Assert.Equal([false, true], node.Pods.Select(pod => pod.LacksImage));
        Assert.Equal(["kube-system/coredns", "local-path-storage/provisioner"], node.Unsettled);
    }

    [Theory]
    [InlineData("")]
    [InlineData("running\n=====\n=====\n")]
    public void Of_what_it_does_not_say_nothing_is_made_up(string answer)
    {
        BootedNode node = NodeQuestions.Read("node", answer);
        Assert.Equal(("unknown", "unknown"), (node.Units["containerd.service"], node.Units["kubelet.service"]));
        Assert.False(node.IsReady);
        Assert.Empty(node.KubeletHealth);
        Assert.Empty(node.Images);
        Assert.Empty(node.Pods);
    }

    [Fact]
    public void What_the_listener_heard_is_counted_by_name_and_place()
    {
        (bool heard, IReadOnlyList<SentPackets> sent) = HeardPackets.Read(
            """
            listening
            2 1700000000 - name Registry.k8s.io.
            1 1700000000 - name 4072962449856520691.3734586259524471044.
            1 1700000001 - packet 17 203.0.113.9 123
            7 1700000002 10.244.0.5 packet 1 203.0.113.9 0
            3 1700000003 - more
            4 x - packet 6 203.0.113.9 80
            1000000000001 1700000000 - name too.many.
            1 99999999999999 - name too.late.
            whatever

            """
        );
        Assert.True(heard);
        Assert.Equal(
            [
                new("icmp 203.0.113.9", false, 7) { Pod = "10.244.0.5", Last = At(2) },
                new("other names and places", false, 3) { Last = At(3) },
                new("registry.k8s.io", true, 2) { Last = At(0) },
                new("udp 203.0.113.9 port 123", false, 1) { Last = At(1) },
            ],
            sent
        );
        Assert.False(HeardPackets.Read("bash: perl: command not found\n").Heard);
    }

    private static DateTimeOffset At(int seconds) => DateTimeOffset.FromUnixTimeSeconds(1_700_000_000 + seconds);
}
