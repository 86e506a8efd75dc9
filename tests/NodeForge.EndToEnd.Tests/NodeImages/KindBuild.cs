using NodeForge.EndToEnd.Tests.Containerd;

namespace NodeForge.EndToEnd.Tests.NodeImages;

/// <summary>A node image that <c>kind build node-image</c> of Debian trixie has made, of the same server tarball and the same base as
/// ours.</summary>
/// <remarks>
/// Without a network it takes three stand-ins and one change.
/// <c>docker pull</c> of the base, which is in the engine, is answered at once.
/// In the base a <c>ctr</c> answers <c>info</c>, which containerd 1.6 lacks, and takes what the tarball does not have and kind would fetch
/// out of a folder: etcd and pause, ours under the names that
/// kind asks for. CoreDNS, kindnet and the storage provisioner are not to be had: they are answered with nothing.
/// In the image that kind has made its pod network, kindnet, is replaced by the one of the base.
/// </remarks>
internal sealed class KindBuild : IAsyncDisposable
{
    private const string PodNetwork = "/kind/manifests/default-cni.yaml";
    private const string Pulls = "/kind-pulls";

    private static readonly (string Recipe, string Reference)[] Pulled =
    [
        ("recipes/images/etcd.yaml", "k8s.gcr.io/etcd:3.4.13-0"),
        // The name that kind 0.27 gives its containerd, whatever the version of Kubernetes.
        ("recipes/images/pause.yaml", "registry.k8s.io/pause:3.9"),
    ];

    private readonly string folder;
    private readonly string suffix = Path.GetRandomFileName()[..6];
    private DerivedImage? made;

    private KindBuild(string folder) => this.folder = folder;

    public string Reference => made!.Reference;

    private string Base => "nodeforge-test/base:" + suffix;

    private string Built => "nodeforge-test/kind:" + suffix;

    /// <param name="folder">For what is made on the way.</param>
    public static async Task<KindBuild> RunAsync(string folder)
    {
        KindBuild build = new(folder);
        try
        {
            await build.BuildAsync();
            return build;
        }
        catch
        {
            await build.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (made is not null)
            await made.DisposeAsync();
        await ProgramRun.TryAsync(["docker", "image", "rm", "--force", Built, Base]);
    }

    private async Task BuildAsync()
    {
        string kind = Path.Combine(await DebianPackages.UnpackAsync("trixie", "kind"), "usr/bin/kind");
        string tarball = Path.Combine(folder, "kubernetes-server.tar.gz");
        await OursAsync("kubernetes", "recipes/kubernetes/debian-v1.20.2.yaml", tarball);
        await OursAsync("base-image", "recipes/base/bookworm.yaml", "docker-daemon:" + Base);
        await using (DerivedImage standIns = await DerivedImage.CommitAsync(Base, await WriteStandInsAsync()))
        {
            ProgramRun run = await ProgramRun.TryAsync(
                [kind, "build", "node-image", "--type", "file", tarball, "--base-image", standIns.Reference, "--image", Built],
                new Dictionary<string, string?> { ["PATH"] = await WriteDockerAsync() }
            );
            run.Succeeded();
        }

        string network = Path.Combine(folder, "pod-network.yaml");
        string container = (await ProgramRun.OutputAsync("docker", "create", Base)).Trim();
        await ProgramRun.OutputAsync("docker", "cp", $"{container}:{PodNetwork}", network);
        await ProgramRun.OutputAsync("docker", "rm", container);
        made = await DerivedImage.CommitAsync(Built, new Dictionary<string, string> { [network] = PodNetwork });
    }

    private async Task<Dictionary<string, string>> WriteStandInsAsync()
    {
        string pulls = Path.Combine(folder, "kind-pulls"),
            ctr = Path.Combine(folder, "ctr");
        Directory.CreateDirectory(pulls);
        foreach ((string recipe, string reference) in Pulled)
            await OursAsync(
                "container-image",
                recipe,
                $"docker-archive:{Path.Combine(pulls, reference.Replace('/', '_').Replace(':', '_'))}.tar:{reference}"
            );
        WriteProgram(
            ctr,
            $"""
            #!/bin/sh
            case "$*" in
            info) exec /usr/bin/ctr version ;;
            *"content fetch"*)
              for name; do :; done
              archive={Pulls}/$(echo "$name" | tr /: __).tar
              [ -f "$archive" ] || exit 0
              exec /usr/bin/ctr --namespace=k8s.io images import --no-unpack --digests "$archive"
              ;;
            esac
            exec /usr/bin/ctr "$@"

            """
        );
        return new() { [ctr] = "/usr/local/bin/ctr", [pulls] = Pulls };
    }

    private async Task<string> WriteDockerAsync()
    {
        string programs = Path.Combine(folder, "bin"),
            docker = (await ProgramRun.OutputAsync("sh", "-c", "command -v docker")).Trim();
        Directory.CreateDirectory(programs);
        WriteProgram(
            Path.Combine(programs, "docker"),
            $"""
            #!/bin/sh
            [ "$1" = pull ] && exit 0
            exec {docker} "$@"

            """
        );
        return $"{programs}:{Environment.GetEnvironmentVariable("PATH")}";
    }

    private async Task OursAsync(string what, string recipe, string output)
    {
        string path = Path.Combine(Checkout.Root, recipe),
            locked = Path.Combine(folder, what + "-" + Path.GetFileNameWithoutExtension(recipe) + ".lock.json");
        await PartLock.WriteAsync(path, locked);
        (
            await ProgramRun.TryAsync(
                Checkout.NodeForge(
                    "build",
                    what,
                    path,
                    "--lock",
                    locked,
                    "--cache",
                    Checkout.Cache,
                    "--offline",
                    "--platform",
                    Checkout.Platform,
                    "--output",
                    output
                )
            )
        ).Succeeded();
    }

    private static void WriteProgram(string file, string text)
    {
        File.WriteAllText(file, text);
        File.SetUnixFileMode(file, (UnixFileMode)0x1ed); // 0755
    }
}
