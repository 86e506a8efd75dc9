using System.Text.Json.Nodes;
using NodeForge.Oci;

namespace NodeForge.Verification.Tests;

/// <summary>The files of the sample node, in the form that the shipped recipes give them.</summary>
internal static class SampleNode
{
    public const string Configuration = """
        version = 2
        disabled_plugins = ["io.containerd.snapshotter.v1.btrfs"]

        [plugins."io.containerd.grpc.v1.cri"]
          sandbox_image = "registry.k8s.io/pause:3.9"

        [plugins."io.containerd.grpc.v1.cri".cni]
          bin_dir = "/opt/cni/bin"

        [plugins."io.containerd.grpc.v1.cri".containerd]
          default_runtime_name = "runc"

        [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
          runtime_type = "io.containerd.runc.v2"

        [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
          SystemdCgroup = true

        [plugins."io.containerd.grpc.v1.cri".registry]
          config_path = "/etc/containerd/certs.d"

        """;

    /// <summary>What kubeadm v1.31.1 asks for.</summary>
    public static IReadOnlyList<string> Closure { get; } =
    [
        "registry.k8s.io/kube-apiserver:v1.31.1",
        "registry.k8s.io/kube-controller-manager:v1.31.1",
        "registry.k8s.io/kube-proxy:v1.31.1",
        "registry.k8s.io/kube-scheduler:v1.31.1",
        "registry.k8s.io/etcd:3.5.15-0",
        "registry.k8s.io/coredns/coredns:v1.11.3",
        "registry.k8s.io/pause:3.10",
        "docker.io/example/storage:v1",
    ];

    public static void Lay(NodeImageBuilder node)
    {
        node.Link("bin", "usr/bin");
        node.Link("sbin", "usr/sbin");
        node.Link("lib64", "usr/lib64");
        node.Program("usr/lib64/ld-linux-x86-64.so.2", FakeProgram.Elf());
        node.Program("usr/bin/bash", FakeProgram.Elf(loader: "/lib64/ld-linux-x86-64.so.2"));
        node.Program("usr/sbin/init", FakeProgram.Elf(loader: "/lib64/ld-linux-x86-64.so.2"));
        node.Text("usr/local/bin/entrypoint", "#!/bin/bash\nexec \"$@\"\n", 0x1ed);
        node.Bytes("etc/machine-id", []);
        node.Folder("etc/ssl/certs");
        node.Folder("var/log");
        node.Bytes("usr/bin/su", FakeProgram.Elf(), 0x9ed); // 04755, as Debian has it
        node.Text("usr/lib/os-release", "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nVERSION_ID=\"12\"\nID=debian\n");
        node.Link("etc/os-release", "../usr/lib/os-release");
        LayRuntime(node);
        LayKubernetes(node);
        LayUnits(node);
        node.Text(
            "var/lib/dpkg/status",
            "Package: containerd\nStatus: install ok installed\nArchitecture: amd64\nSource: containerd-app (1.7.24~ds1-5)\nVersion: 1.7.24~ds1-6\n\nPackage: gone\nStatus: deinstall ok config-files\nVersion: 1\n\n"
        );
        node.Text(
            "kind/manifests/default-storage.yaml",
            "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  # image: not/asked:for\n  - name: storage\n    image: example/storage:v1\n"
        );
        node.Text("usr/lib/nodeforge/node.env", "SANDBOX_IMAGE=registry.k8s.io/pause:3.10\nSYSTEMD_CGROUP=true\n");
    }

    public static JsonObject Record(NodeImageBuilder node) =>
        new()
        {
            ["schemaVersion"] = 1,
            ["name"] = "sample",
            ["platform"] = node.Platform.ToString(),
            ["kubernetesVersion"] = NodeImageBuilder.Kubernetes,
            ["components"] = new JsonArray(
                Component("containerd", "1.7.24~ds1-6", Digest.Of([1]), "pool/main/c/containerd_1.7.24~ds1-6_amd64.deb"),
                Component("kubeadm", NodeImageBuilder.Kubernetes, Digest.Of(Kubernetes("kubeadm")), "upstream"),
                Component("kubectl", NodeImageBuilder.Kubernetes, Digest.Of(Kubernetes("kubectl")), "upstream"),
                Component("kubelet", NodeImageBuilder.Kubernetes, Digest.Of(Kubernetes("kubelet")), "upstream")
            ),
            ["closure"] = new JsonArray([
                .. node.Images.Select(image => new JsonObject
                {
                    ["references"] = new JsonArray([.. image.References.Select(reference => (JsonNode)reference)]),
                    ["imageId"] = Digest.Of(image.Config).ToString(),
                    ["manifest"] = image.Descriptor.Digest.ToString(),
                    ["origin"] = "upstream",
                }),
            ]),
        };

    public static JsonObject Component(string name, string version, Digest digest, string origin) =>
        new()
        {
            ["name"] = name,
            ["version"] = version,
            ["digest"] = digest.ToString(),
            ["origin"] = origin,
        };

    private static byte[] Kubernetes(string program) => FakeProgram.Go("k8s.io/kubernetes/cmd/" + program, NodeImageBuilder.Kubernetes);

    private static void LayKubernetes(NodeImageBuilder node)
    {
        foreach (string program in new[] { "kubeadm", "kubectl", "kubelet" })
            node.Program("usr/bin/" + program, Kubernetes(program));
    }

    private static void LayRuntime(NodeImageBuilder node)
    {
        node.Program("usr/bin/containerd", FakeProgram.Go("github.com/containerd/containerd/cmd/containerd", "1.7.24~ds1"));
        node.Program("usr/bin/containerd-shim-runc-v2", FakeProgram.Elf());
        node.Program("usr/sbin/runc", FakeProgram.Go("github.com/opencontainers/runc", "1.1.15+ds1"));
        node.Program("usr/lib/cni/bridge", FakeProgram.Go("github.com/containernetworking/plugins/plugins/main/bridge", "1.1.1+ds1"));
        node.Link("opt/cni/bin", "../../usr/lib/cni");
        node.Text("etc/containerd/config.toml", Configuration);
    }

    private static void LayUnits(NodeImageBuilder node)
    {
        node.Text(
            "usr/lib/systemd/system/containerd.service",
            "[Unit]\nDescription=containerd\n\n[Service]\nExecStartPre=-/sbin/modprobe overlay\nExecStart=/usr/bin/containerd\n"
        );
        node.Text("etc/systemd/system/kubelet.service", "[Service]\nExecStart=/usr/bin/nothing\n");
        node.Text(
            "etc/systemd/system/kubelet.service.d/20-node.conf",
            "[Service]\nExecStart=\nExecStart=/usr/bin/kubelet $KUBELET_ARGUMENTS\n"
        );
        node.Link("etc/systemd/system/multi-user.target.wants/containerd.service", "/lib/systemd/system/containerd.service");
        node.Link("etc/systemd/system/multi-user.target.wants/kubelet.service", "../kubelet.service");
        node.Link("lib", "usr/lib");
        node.Link("etc/systemd/system/getty.target", "/dev/null");
    }
}
