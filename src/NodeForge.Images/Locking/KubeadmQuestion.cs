using System.Text.RegularExpressions;
using NodeForge.Files;
using NodeForge.Images.Assembly.Contents;
using NodeForge.Images.Assembly.Kubernetes;
using NodeForge.Images.Debian;
using NodeForge.Images.Planning;
using NodeForge.Images.Processes;
using NodeForge.Kubernetes;
using NodeForge.Oci;
using NodeForge.Oci.Content;
using NodeForge.Recipes;
using NodeForge.Recipes.Locks;

namespace NodeForge.Images.Locking;

/// <summary>Asks the kubeadm of a release which images it wants beside those of the release, or looks up what is on record where it cannot
/// be run.</summary>
/// <remarks>It is the release's own program, of the digest that the lock pins; it is given no environment, and with a version it asks no
/// server.</remarks>
internal sealed partial class KubeadmQuestion(BuildEnvironment environment)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly string[] OfRelease = ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy"];

    /// <param name="node">The recipe.</param>
    /// <param name="files">Its locked files.</param>
    /// <param name="platform">What it is locked for.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>References with tags.</returns>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.KubeadmImagesUnknown"/>; what is wrong with the release.</exception>
    public async Task<IReadOnlyList<string>> AskAsync(
        NodeImageRecipe node,
        IReadOnlyList<LockedFile> files,
        Platform platform,
        CancellationToken cancellationToken
    )
    {
        string version = node.Kubernetes.Version;
        if (node.Kubernetes.Build?.Tree?.Folder is { } tree && OfTree(tree) is { } meant)
            return meant.References;
        (IReadOnlyList<string>? said, string? why) =
            platform.Architecture == DebianArchitecture.OfThisMachine && OperatingSystem.IsLinux()
                ? await RunAsync(node, files, platform, cancellationToken).ConfigureAwait(false)
                : (null, $"it is a program for {platform}");
        if (said is not null)
            return said;
        KubeadmImages? recorded = KubeadmImages.Of(KubernetesVersion.Parse(version));
        if (recorded is { IsCertain: true })
            return recorded.References;
        Diagnostic problem = new(ErrorCodes.KubeadmNotAsked, $"kubeadm {version} could not be asked which images it wants")
        {
            Where = new(node.File),
            Got = why,
        };
        if (recorded is null)
            throw new NodeForgeException(
                problem with
                {
                    Code = ErrorCodes.KubeadmImagesUnknown,
                    Hint = ErrorCodes.KubeadmImagesUnknown.Remedy,
                }
            );
        environment.Reporter.Warn(
            problem with
            {
                Want = "its answer; what an earlier release wants stands in: " + string.Join(", ", recorded.References),
                Hint = ErrorCodes.KubeadmNotAsked.Remedy,
            }
        );
        return recorded.References;
    }

    private async Task<(IReadOnlyList<string>? Said, string? Why)> RunAsync(
        NodeImageRecipe node,
        IReadOnlyList<LockedFile> files,
        Platform platform,
        CancellationToken cancellationToken
    )
    {
        if (await ReleaseAsync(node.Kubernetes, files, platform, cancellationToken).ConfigureAwait(false) is not { } release)
            return (null, "it is not compiled yet, or not fetched");
        using ForgeStep step = environment.Reporter.Step("ask kubeadm for its images");
        using ScratchFolder scratch = environment.NewScratch("kubeadm");
        string program = scratch.Combine("kubeadm");
        File.Copy(environment.Store.PathOf(release.Binaries["kubeadm"].Digest), program);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            ProgramCall call = new(program, "config", "images", "list", "--kubernetes-version", node.Kubernetes.Version)
            {
                WorkingDirectory = scratch.Path,
            };
            ProgramResult result = await environment
                .Programs.RunAsync(call.Hermetically(new() { ["HOME"] = scratch.Path }), patience.Token)
                .ConfigureAwait(false);
            step.Finish();
            return Read(result.Output) is { Count: > 0 } said ? (said, null) : (null, "its answer names no image");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, $"it gave no answer in {Patience.TotalSeconds} s");
        }
        catch (NodeForgeException failure) when (failure.Is(ErrorCodes.ProgramFailed, ErrorCodes.ProgramNotStarted))
        {
            return (null, failure.Diagnostics[0].Got ?? failure.Diagnostics[0].What);
        }
    }

    private async Task<KubernetesRelease?> ReleaseAsync(
        KubernetesSource source,
        IReadOnlyList<LockedFile> files,
        Platform platform,
        CancellationToken cancellationToken
    )
    {
        if (source.Folder is { } folder)
            return await new BinariesFolder(environment)
                .TakeAsync(folder, source.Version, platform, cancellationToken)
                .ConfigureAwait(false);
        Digest? tarball = source switch
        {
            { Tarball: { } path } => await new LocalFiles(environment).TakeAsync(path, cancellationToken).ConfigureAwait(false),
            { Release: not null } => files.First(file => file.Name == "kubernetes").Digest,
            _ => null,
        };
        // A release that the lock had before may not be here. The build will want it unpacked as well, so nothing is done twice.
        return tarball is { } digest && environment.Store.Contains(digest)
            ? await new ServerTarball(environment)
                .UnpackAsync(digest, source.Tarball ?? source.Release!, source.Version, platform, cancellationToken)
                .ConfigureAwait(false)
            : null;
    }

    // What is to be compiled says it in its source.
    private static KubeadmImages? OfTree(string tree)
    {
        string constants = Path.Combine(tree, "cmd/kubeadm/app/constants/constants.go");
        if (LocalPath.KindOf(constants, follow: true) != LocalKind.File)
            return null;
        Dictionary<string, string> values = [];
        foreach (Match match in Constant().Matches(AtomicFile.Guard(constants, () => File.ReadAllText(constants))))
            values.TryAdd(match.Groups["name"].Value, match.Groups["value"].Value);
        return values.Count == 3 ? new(values["DefaultEtcdVersion"], values["CoreDNSVersion"], values["PauseVersion"]) : null;
    }

    [GeneratedRegex(
        @"^\s*(?<name>DefaultEtcdVersion|CoreDNSVersion|PauseVersion)\s*=\s*""(?<value>[A-Za-z0-9_][A-Za-z0-9_.-]*)""",
        RegexOptions.CultureInvariant | RegexOptions.Multiline
    )]
    private static partial Regex Constant();

    // A line for each image; the release brings four of them itself.
    private static List<string> Read(string answer) =>
        [
            .. answer
                .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Where(IsWholeName)
                .Where(line => !OfRelease.Any(name => line.Contains($"/{name}:", StringComparison.Ordinal)))
                .Order(StringComparer.Ordinal),
        ];

    private static bool IsWholeName(string line) =>
        ImageReference.TryParse(line, out ImageReference? reference)
        && reference is { Tag: not null, Digest: null }
        && line.StartsWith(reference.Registry + "/", StringComparison.Ordinal);
}
