using NodeForge.EndToEnd.Tests.NodeImages;

namespace NodeForge.EndToEnd.Tests.Engines;

/// <summary><c>build/engine down</c> among mounts of others, in a mount namespace of the test's own and without an engine.</summary>
[Trait("Category", "EndToEnd")]
public sealed class Mounts_of_an_engine_that_is_stopped : IDisposable
{
    private const string Script = """
        set -eu
        build=$1 top=$2 NODEFORGE_STATE="$2/a state"
        mount --make-rprivate /
        for part in common mounts cgroups; do . "$build/engine.d/$part.sh"; done
        mounted() { mkdir -p "$2"; mount -t tmpfs "$1" "$2"; }

        # The engine's own: a container's files, its shared memory, its network.
        mounted layers "$top/layers"
        mkdir -p "$state/data/overlay2/one/merged" "$state/exec/netns" "$top/layers/lower" "$top/layers/upper" "$top/layers/work"
        mount -t overlay -o "lowerdir=$top/layers/lower,upperdir=$top/layers/upper,workdir=$top/layers/work" overlay "$state/data/overlay2/one/merged"
        mounted shm "$state/data/containers/one/mounts/shm"
        mounted shm "$state/data/containers/two/mounts/shm"
        touch "$state/exec/netns/one"
        mount --bind /proc/self/ns/net "$state/exec/netns/one"

        # Others': beside those, where the name ends the same, over one of them, and where the engine's run state goes.
        mounted others "$state/data/disk"
        mounted others "$top/backup$state/data/containers/one/mounts/shm"
        mounted shm "$state/data/containers/two/mounts/shm"
        mounted others "$state/c/disk"
        touch "$state/c/disk/kept"

        # Hierarchies: one as it was mounted, one covered, one whose place another took, one that is gone, and a line of no form.
        for name in kept covered replaced gone; do
          mounted ours "$top/$name"
          mount_at "$top/$name" >>"$mounts_list"
        done
        mounted others "$top/covered"
        umount "$top/replaced" "$top/gone"
        mounted others "$top/another"
        mounted others "$top/replaced"
        echo "$top/kept" >>"$mounts_list"

        unmount_engines
        unmount_hierarchies
        remove_unmounted "$state/exec" "$state/c"
        umount "$top/layers"
        awk -v top="$top" 'index($5, top) == 1 { print substr($5, length(top) + 2), $(NF - 1) }' /proc/self/mountinfo
        echo "list: $(awk -v top="$top" '{ print substr($5, length(top) + 2) }' "$mounts_list")"
        ls "$state" "$state/c/disk"
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("nf-mounts-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Only_what_the_engine_mounted_goes()
    {
        ProgramRun run = await ProgramRun.TryAsync([
            "unshare",
            "--mount",
            "bash",
            "-c",
            Script,
            "mounts",
            Path.Combine(Checkout.Root, "build"),
            folder,
        ]);

        string state = "a\\040state/engine";
        Assert.Equal(
            $"""
            {state}/data/containers/two/mounts/shm shm
            {state}/data/disk others
            backup{folder}/{state}/data/containers/one/mounts/shm others
            {state}/data/containers/two/mounts/shm shm
            {state}/c/disk others
            covered ours
            covered others
            another others
            replaced others
            list: covered
            {folder}/a state/engine:
            c
            data
            mounts

            {folder}/a state/engine/c/disk:
            kept

            """,
            run.Succeeded().Output
        );
        Assert.Contains($"left {folder}/covered mounted: it is in use", run.Error, StringComparison.Ordinal);
        Assert.Contains(
            $"left {folder}/a state/engine/data/containers/two/mounts/shm mounted: something else is mounted on it",
            run.Error,
            StringComparison.Ordinal
        );
        Assert.Contains($"left {folder}/a state/engine/c: something is mounted there", run.Error, StringComparison.Ordinal);
    }
}
