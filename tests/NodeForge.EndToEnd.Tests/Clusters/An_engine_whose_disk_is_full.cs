using NodeForge.EndToEnd.Tests.NodeImages;

namespace NodeForge.EndToEnd.Tests.Clusters;

/// <summary>A second engine with its data on a small disk in memory: the one that the other tests use is not filled.</summary>
/// <remarks>It has a network and mounts of its own: two engines of one network would take each other's firewall rules away.</remarks>
[Trait("Category", "EndToEnd")]
[Collection(NodeImageCollection.Name)]
public sealed class An_engine_whose_disk_is_full(NodeImage node) : IDisposable
{
    private const int EnvironmentExit = 5;

    // Two mebibytes are left to the node; the first image that is unpacked in it takes more.
    private const string Script = """
        set -eu
        disk=$1 engine=$2 archive=$3 state=$4
        shift 4
        mount --make-rprivate /
        ip link set lo up
        mount -t tmpfs -o size=4g nodeforge-test "$disk"
        export NODEFORGE_STATE=$disk DOCKER_HOST=unix://$disk/engine/docker.sock
        trap '"$engine" down >&2' EXIT
        "$engine" up >&2
        docker load --quiet --input "$archive" >&2
        mount -o "remount,size=$(($(df --output=used -m "$disk" | tail -n 1) + 2))m" "$disk"
        status=0
        NODEFORGE_STATE=$state "$@" || status=$?
        docker ps --all --quiet
        docker network ls --quiet --filter label=dev.nodeforge.cluster
        docker volume ls --quiet
        exit $status
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("nf-full-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Ends_the_creation_with_that_cause_and_keeps_nothing_of_it()
    {
        string disk = Path.Combine(folder, "disk"),
            state = Path.Combine(folder, "state"),
            cache = Path.Combine(folder, "cache"),
            kubeconfig = Path.Combine(folder, "kubeconfig");
        Directory.CreateDirectory(disk);
        // The checks beforehand would find it: here it is as if another had filled the disk just after them.
        IReadOnlyList<string> create = Checkout.NodeForge(
            "create",
            "cluster",
            "--skip-checks",
            "--name",
            "full",
            "--image",
            NodeImage.Reference,
            "--kubeconfig",
            kubeconfig,
            "--cache",
            cache
        );

        ProgramRun run = await ProgramRun.TryAsync([
            "unshare",
            "--net",
            "--mount",
            "bash",
            "-c",
            Script,
            "full-disk",
            disk,
            Path.Combine(Checkout.Root, "build/engine"),
            node.DockerArchive,
            state,
            .. create,
        ]);

        run.Returned(EnvironmentExit);
        Assert.Contains("error NF9003: the node had no space left", run.Error, StringComparison.Ordinal);
        Assert.Contains("no space left on device", run.Error, StringComparison.Ordinal);
        Assert.Equal("", run.Output);
        Assert.False(File.Exists(kubeconfig));
        Assert.Empty(Directory.GetFiles(Path.Combine(state, "creations")));
        Assert.Single(Directory.GetFiles(Path.Combine(cache, "diagnostics"), "kubelet.log", SearchOption.AllDirectories));
    }
}
