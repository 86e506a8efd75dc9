using System.Text;
using System.Text.Json.Nodes;
using NodeForge.Oci;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Tar;

namespace NodeForge.Verification.Tests;

/// <summary>What can be wrong with the node itself.</summary>
internal static class NodeMutations
{
    private const string Configuration = "etc/containerd/config.toml";
    private const string Cri = "[plugins.\"io.containerd.grpc.v1.cri\"]\n";

    public static IEnumerable<Mutation> All => [.. Images, .. Programs, .. Versions, .. Units, .. Runtime, .. Leftovers, .. Rights];

    private static IEnumerable<Mutation> Images =>
        [
            new(
                "a layer whose bytes are not its digest",
                ErrorCodes.ImageBlobMismatch,
                "layer 1",
                node => node.Layers = layer => layer with { Descriptor = layer.Descriptor with { Digest = Digest.Of([1]) } }
            ),
            new(
                "a layer that is longer than its descriptor says",
                ErrorCodes.ImageBlobMismatch,
                "layer 1",
                node => node.Layers = layer => layer with { Descriptor = layer.Descriptor with { Size = layer.Descriptor.Size - 1 } }
            ),
            new(
                "a layer of another diff ID",
                ErrorCodes.DiffIdMismatch,
                "layer 1",
                node => node.Layers = layer => layer with { DiffId = Digest.Of([1]) }
            ),
            new(
                "a layer that is not compressed as it says",
                ErrorCodes.LayerMediaTypeMismatch,
                "layer 1",
                node => node.Layers = layer => layer with { Descriptor = layer.Descriptor with { MediaType = MediaTypes.LayerGzip } }
            ),
            new("a path that leads out", ErrorCodes.ArchiveNameRefused, "../", node => Rename(node, "usr/bin/zz-mark", "../bin/zz-mark0")),
            new(
                "two entries of one path",
                ErrorCodes.LayerPathRepeated,
                "usr/bin/zz-markA",
                node => Rename(node, "usr/bin/zz-markB", "usr/bin/zz-markA")
            ),
            new("an archive that is cut", ErrorCodes.ArchiveTruncated, "layer 1", node => node.Archive = bytes => bytes[..^1500]),
            new(
                "another stop signal",
                ErrorCodes.BootContractBroken,
                "SIGTERM",
                node => node.Defaults = node.Defaults with { StopSignal = "SIGTERM" }
            ),
            new(
                "systemd not told of its container",
                ErrorCodes.BootContractBroken,
                "container=docker",
                node => node.Defaults = node.Defaults with { Env = [] }
            ),
            new(
                "an entrypoint that is not there",
                ErrorCodes.BootContractBroken,
                "/usr/local/bin/entrypoint",
                node => node.Files.Remove("usr/local/bin/entrypoint")
            ),
        ];

    private static IEnumerable<Mutation> Programs =>
        [
            new(
                "a kubelet for arm64",
                ErrorCodes.ProgramForeign,
                "kubelet",
                node =>
                    node.Program(
                        "usr/bin/kubelet",
                        FakeProgram.Go("k8s.io/kubernetes/cmd/kubelet", NodeImageBuilder.Kubernetes, FakeProgram.Arm64)
                    )
            ),
            new(
                "a library for arm64",
                ErrorCodes.ProgramForeign,
                "libfoo.so",
                node => node.Bytes("usr/lib/libfoo.so", FakeProgram.Elf(FakeProgram.Arm64))
            ),
            new(
                "a loader that is not there",
                ErrorCodes.ProgramInterpreterMissing,
                "/lib/ld-musl-x86_64.so.1",
                node => node.Program("usr/bin/tool", FakeProgram.Elf(loader: "/lib/ld-musl-x86_64.so.1"))
            ),
            new(
                "a program that a unit starts and nobody has",
                ErrorCodes.UnitProgramMissing,
                "/usr/bin/containerd",
                node =>
                    node.Edit(
                        "usr/lib/systemd/system/containerd.service",
                        "ExecStart=/usr/bin/containerd",
                        "ExecStart=/usr/bin/containerd-nightly"
                    )
            ),
            new(
                "a program that cannot be run",
                ErrorCodes.UnitProgramMissing,
                "mode 644",
                node => node.Bytes("usr/bin/kubelet", ((InlineContent)node.Files["usr/bin/kubelet"].Content!).Bytes.ToArray())
            ),
            new("a script whose shell is not there", ErrorCodes.ProgramInterpreterMissing, "/usr/bin/zsh", Script),
        ];

    private static IEnumerable<Mutation> Versions =>
        [
            new(
                "a kubeadm one minor ahead",
                ErrorCodes.VersionsTooFarApart,
                "kubeadm",
                node => node.Program("usr/bin/kubeadm", FakeProgram.Go("k8s.io/kubernetes/cmd/kubeadm", "v1.32.0"))
            ),
            new(
                "a kubelet ahead of its cluster",
                ErrorCodes.VersionsTooFarApart,
                "kubelet",
                node => node.Program("usr/bin/kubelet", FakeProgram.Go("k8s.io/kubernetes/cmd/kubelet", "v1.32.0"))
            ),
            new(
                "a kubelet of another patch",
                ErrorCodes.ProgramVersionDiffers,
                "v1.31.2",
                node => node.Program("usr/bin/kubelet", FakeProgram.Go("k8s.io/kubernetes/cmd/kubelet", "v1.31.2"))
            ),
            new(
                "a kubectl that was replaced",
                ErrorCodes.ProgramDigestDiffers,
                "kubectl",
                node => node.Program("usr/bin/kubectl", FakeProgram.Elf(stamps: [NodeImageBuilder.Kubernetes]))
            ),
            new(
                "a containerd of another version",
                ErrorCodes.ProgramVersionDiffers,
                "1.7.1",
                node => node.Program("usr/bin/containerd", FakeProgram.Go("github.com/containerd/containerd/cmd/containerd", "1.7.1"))
            ),
            new(
                "another version for kind",
                ErrorCodes.NodeRecordContradicted,
                "/kind/version",
                node => node.Last = files => files["kind/version"] = NodeImageBuilder.File("kind/version", "v1.31.2"u8.ToArray())
            ),
            new(
                "a kubelet that needs another containerd",
                ErrorCodes.RuntimeTooOld,
                "containerd 2.0 or newer",
                node => node.Last = files => files["kind/version"] = NodeImageBuilder.File("kind/version", "v1.37.0"u8.ToArray())
            ),
            new(
                "a record that is no JSON",
                ErrorCodes.NodeRecordUnreadable,
                "/usr/lib/nodeforge/image.json",
                node =>
                    node.Last = files =>
                        files["usr/lib/nodeforge/image.json"] = NodeImageBuilder.File("usr/lib/nodeforge/image.json", "{"u8.ToArray())
            ),
            new(
                "a label that contradicts",
                ErrorCodes.NodeRecordContradicted,
                "dev.nodeforge.containerd",
                node => node.Defaults.Labels!["dev.nodeforge.containerd"] = "2.0.0"
            ),
            new(
                "a package of another version",
                ErrorCodes.PackageVersionDiffers,
                "containerd",
                node => node.Edit("var/lib/dpkg/status", "1.7.24~ds1-6", "1.7.24~ds1-7")
            ),
            new(
                "a package that is in no record",
                ErrorCodes.PackageVersionDiffers,
                "telnetd",
                node => node.Text("var/lib/dpkg/status", "Package: containerd\nVersion: 1.7.24~ds1-6\n\nPackage: telnetd\nVersion: 1\n\n")
            ),
            new("a containerd that is known to be harmful", ErrorCodes.VersionKnownBad, "CVE-2025-47290", node => Upstream(node, "2.1.0")),
            new(
                "a runc that is known to be harmful",
                ErrorCodes.VersionKnownBad,
                "CVE-2024-21626",
                node => node.Program("usr/sbin/runc", FakeProgram.Go("github.com/opencontainers/runc", "1.1.11"))
            ),
        ];

    private static IEnumerable<Mutation> Units =>
        [
            new(
                "an enabled unit that is not there",
                ErrorCodes.EnabledUnitMissing,
                "lost.service",
                node => node.Link("etc/systemd/system/multi-user.target.wants/lost.service", "/lib/systemd/system/lost.service")
            ),
            new(
                "a kubelet that is masked",
                ErrorCodes.NodeUnitDisabled,
                "kubelet.service",
                node => node.Link("etc/systemd/system/kubelet.service", "/dev/null")
            ),
            new(
                "a containerd that is not enabled",
                ErrorCodes.NodeUnitDisabled,
                "containerd.service",
                node => node.Files.Remove("etc/systemd/system/multi-user.target.wants/containerd.service")
            ),
        ];

    private static IEnumerable<Mutation> Runtime =>
        [
            new(
                "a configuration that is no TOML",
                ErrorCodes.RuntimeConfigurationInvalid,
                Configuration,
                node => node.Text(Configuration, "version = = 2")
            ),
            new(
                "a version that containerd does not read",
                ErrorCodes.RuntimeConfigurationVersion,
                "version = 3",
                node => node.Edit(Configuration, "version = 2", "version = 3")
            ),
            new(
                "a configuration that does not say its version",
                ErrorCodes.RuntimeKeyIgnored,
                "version 1",
                node => node.Edit(Configuration, "version = 2", "")
            ),
            new(
                "a sandbox image where version 3 has it",
                ErrorCodes.RuntimeKeyIgnored,
                "pinned_images",
                node => node.Edit(Configuration, Cri, "[plugins.\"io.containerd.grpc.v1.cri\".pinned_images]\nsandbox = \"x\"\n" + Cri)
            ),
            new(
                "a section of version 3",
                ErrorCodes.RuntimeKeyIgnored,
                "io.containerd.cri.v1.images",
                node => node.Edit(Configuration, Cri, "[plugins.\"io.containerd.cri.v1.images\"]\nsnapshotter = \"native\"\n" + Cri)
            ),
            new(
                "mirrors beside a folder of hosts",
                ErrorCodes.RuntimeKeysContradict,
                "registry.mirrors",
                node =>
                    node.Edit(
                        Configuration,
                        Cri,
                        "[plugins.\"io.containerd.grpc.v1.cri\".registry.mirrors.\"docker.io\"]\nendpoint = [\"https://m\"]\n" + Cri
                    )
            ),
            new(
                "a default runtime that is none",
                ErrorCodes.RuntimeKeysContradict,
                "crun",
                node => node.Edit(Configuration, "default_runtime_name = \"runc\"", "default_runtime_name = \"crun\"")
            ),
            new(
                "the CRI switched off",
                ErrorCodes.RuntimeKeysContradict,
                "disabled_plugins",
                node => node.Edit(Configuration, "io.containerd.snapshotter.v1.btrfs", "cri")
            ),
            new(
                "a cgroup driver where nobody reads it",
                ErrorCodes.RuntimeKeyIgnored,
                "SystemdCgroup",
                node =>
                    node.Edit(
                        Configuration,
                        "runtime_type = \"io.containerd.runc.v2\"",
                        "runtime_type = \"io.containerd.runc.v2\"\n  SystemdCgroup = true"
                    )
            ),
            new(
                "a key that no containerd knows",
                ErrorCodes.RuntimeKeyIgnored,
                "want default_runtime_name",
                node => node.Edit(Configuration, "default_runtime_name", "default_runtime_nam")
            ),
            new(
                "a key of the file that no containerd knows",
                ErrorCodes.RuntimeKeyIgnored,
                "oom_scor in the file",
                node => node.Edit(Configuration, "version = 2", "version = 2\noom_scor = 1")
            ),
            new(
                "a key of a later containerd",
                ErrorCodes.RuntimeKeyIgnored,
                "containerd 2.0 or later",
                node =>
                    node.Edit(
                        Configuration,
                        "runtime_type = \"io.containerd.runc.v2\"",
                        "runtime_type = \"io.containerd.runc.v2\"\nsandboxer = \"podsandbox\""
                    )
            ),
            new(
                "a sandbox image that kubeadm does not know",
                ErrorCodes.SandboxImageDiffers,
                "registry.k8s.io/pause:3.10",
                node => node.Edit("usr/lib/nodeforge/node.env", "pause:3.10", "pause:3.9")
            ),
            new(
                "two cgroup drivers",
                ErrorCodes.CgroupDriversDiffer,
                "cgroupfs",
                node => node.Edit("usr/lib/nodeforge/node.env", "SYSTEMD_CGROUP=true", "SYSTEMD_CGROUP=false")
            ),
            new(
                "no CNI plugins where containerd looks",
                ErrorCodes.RuntimeFolderMissing,
                "/opt/cni/bin",
                node => node.Files.Remove("opt/cni/bin")
            ),
            new(
                "no shim",
                ErrorCodes.RuntimeFolderMissing,
                "containerd-shim-runc-v2",
                node => node.Files.Remove("usr/bin/containerd-shim-runc-v2")
            ),
        ];

    private static IEnumerable<Mutation> Leftovers =>
        [
            new(
                "a machine id",
                ErrorCodes.MachineIdLeft,
                "/etc/machine-id",
                node => node.Text("etc/machine-id", "0123456789abcdef0123456789abcdef\n")
            ),
            new(
                "a private key",
                ErrorCodes.PrivateKeyLeft,
                "/etc/kubernetes/pki/ca.key",
                node => node.Text("etc/kubernetes/pki/ca.key", "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n")
            ),
            new(
                "a private key of SSH",
                ErrorCodes.PrivateKeyLeft,
                "/root/id",
                node => node.Text("root/id", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n")
            ),
            new("a log", ErrorCodes.LogLeft, "/var/log/dpkg.log", node => node.Text("var/log/dpkg.log", "installed")),
            new(
                "a package list",
                ErrorCodes.PackageListsLeft,
                "_Packages",
                node => node.Text("var/lib/apt/lists/deb_dists_bookworm_Packages", "Package: x")
            ),
            new(
                "a resolver of the builder",
                ErrorCodes.BuildTraceLeft,
                "/etc/resolv.conf",
                node => node.Text("etc/resolv.conf", "nameserver 10.0.0.1")
            ),
        ];

    private static IEnumerable<Mutation> Rights =>
        [
            new(
                "a setuid program on no list",
                ErrorCodes.SetuidUnlisted,
                "backdoor",
                node => node.Bytes("usr/bin/backdoor", FakeProgram.Elf(), 0x9ed)
            ),
            new(
                "a setgid program on no list",
                ErrorCodes.SetuidUnlisted,
                "games",
                node => node.Bytes("usr/bin/games", FakeProgram.Elf(), 0x5ed)
            ),
            new("a capability on no list", ErrorCodes.CapabilityUnlisted, "sniffer", Capable),
            new("a closed folder on a pod's path", ErrorCodes.PodPathClosed, "/etc/ssl", node => node.Folder("etc/ssl", 0x1c0)),
            new(
                "a closed root of a container",
                ErrorCodes.PodPathClosed,
                "/usr/lib/nodeforge/snapshots/abc/fs",
                node => node.Folder("usr/lib/nodeforge/snapshots/abc/fs", 0x1c0)
            ),
        ];

    private static void Script(NodeImageBuilder node)
    {
        node.Text("usr/lib/tool", "#!/usr/bin/zsh -f\n", 0x1ed);
        node.Edit("usr/lib/systemd/system/containerd.service", "ExecStartPre=-/sbin/modprobe overlay", "ExecStartPre=/usr/lib/tool");
    }

    private static void Upstream(NodeImageBuilder node, string version)
    {
        node.Files.Remove("var/lib/dpkg/status");
        node.Program("usr/bin/containerd", FakeProgram.Go("github.com/containerd/containerd/v2/cmd/containerd", "v" + version));
        node.Record = record =>
            record["components"]!
                .AsArray()
                .Add(SampleNode.Component("containerd", version, Digest.Of([2]), "https://host/containerd-" + version + ".tar.gz"));
    }

    private static void Capable(NodeImageBuilder node)
    {
        LayerEntry entry = NodeImageBuilder.File("usr/bin/sniffer", FakeProgram.Elf(), 0x1ed);
        node.Files["usr/bin/sniffer"] = entry with
        {
            Header = entry.Header with
            {
                ExtendedAttributes = new Dictionary<string, byte[]>
                {
                    ["security.capability"] = [1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
                },
            },
        };
    }

    // The writer refuses such names; so the header is changed afterwards, its checksum too.
    private static void Rename(NodeImageBuilder node, string from, string to)
    {
        node.Text("usr/bin/zz-markA", "a");
        node.Text(from, "b");
        node.Archive = bytes =>
        {
            int at = bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(from + "\0"));
            Span<byte> header = bytes.AsSpan(at, 512);
            Encoding.ASCII.GetBytes(to).CopyTo(header);
            header.Slice(148, 8).Fill((byte)' ');
            int sum = 0;
            foreach (byte one in header)
                sum += one;
            Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(header[148..]);
            return bytes;
        };
    }
}
