using NodeForge.Images.Assembly.Contents;
using NodeForge.Oci;
using NodeForge.Oci.Compression;
using NodeForge.Oci.Content;
using NodeForge.Oci.Tar;

namespace NodeForge.Images.Assembly.Kubernetes;

/// <summary>Unpacks upstream's <c>kubernetes-server-linux-ARCH.tar.gz</c> into the store: the node's programs and the control plane's
/// images, nothing else.</summary>
internal sealed class ServerTarball(BuildEnvironment environment)
{
    private const string Programs = "kubernetes/server/bin/";
    private readonly ReleasedImages images = new(environment);

    /// <param name="tarball">In the store; compressed or not.</param>
    /// <param name="origin">For errors and for the image's record.</param>
    /// <param name="version">With the leading v.</param>
    public async Task<KubernetesRelease> UnpackAsync(
        Digest tarball,
        string origin,
        string version,
        Platform platform,
        CancellationToken cancellationToken
    )
    {
        using ForgeStep step = environment.Reporter.Step($"unpack Kubernetes {version}", environment.Store.SizeOf(tarball));
        Digest key = ActionKey.Of("server-tarball/2", tarball.Hex, version, platform.ToString());
        IReadOnlyList<ActionOutput> outputs = await environment
            .Actions.GetOrRunAsync(
                key,
                step,
                () => UnpackAsync(tarball, origin, version, platform, step, cancellationToken),
                cancellationToken,
                share: false
            )
            .ConfigureAwait(false);
        return new(origin, outputs.Where(output => output.Executable).ToDictionary(output => output.Name), images.Read(outputs));
    }

    private async Task<IReadOnlyList<ActionOutput>> UnpackAsync(
        Digest tarball,
        string origin,
        string version,
        Platform platform,
        ForgeStep step,
        CancellationToken cancellationToken
    )
    {
        Dictionary<string, ActionOutput[]> outputs = []; // a name that comes again replaces, as it does when tar unpacks
        using Stream blob = new ProgressStream(environment.Store.OpenRead(tarball), step);
        using Stream plain = new ReadAheadStream(Decompression.Open(blob, origin));
        using TarReader reader = new(plain, origin);
        while (reader.Read() is { } entry)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (entry.Kind == TarEntryKind.File && Wanted(entry.Path) is { } name)
                outputs[name] = await TakeAsync(
                        name,
                        reader.Content,
                        new Location(origin, Detail: entry.Path),
                        version,
                        platform,
                        cancellationToken
                    )
                    .ConfigureAwait(false);
        }

        RefuseIncomplete(outputs.Keys, origin);
        return [.. outputs.Values.SelectMany(output => output)];
    }

    private static string? Wanted(string path)
    {
        if (!path.StartsWith(Programs, StringComparison.Ordinal))
            return null;
        string name = path[Programs.Length..];
        if (name.Contains('/', StringComparison.Ordinal))
            return null;
        return KubernetesRelease.NodePrograms.Contains(name) || ReleasedImages.NameOf(name) is not null ? name : null;
    }

    private async Task<ActionOutput[]> TakeAsync(
        string name,
        Stream content,
        Location origin,
        string version,
        Platform platform,
        CancellationToken cancellationToken
    )
    {
        if (ReleasedImages.NameOf(name) is { } image)
            return
            [
                .. ReleasedImages.Outputs(
                    image,
                    await images.TakeAsync(content, $"{origin.Resource}, {name}", platform, cancellationToken).ConfigureAwait(false)
                ),
            ];
        Descriptor program = ProgramFile.Take(content, origin, platform, version, environment.Store);
        return [new(name, program.Digest, program.Size) { Executable = true }];
    }

    private static void RefuseIncomplete(IReadOnlyCollection<string> names, string origin)
    {
        string[] missing = [.. KubernetesRelease.NodePrograms.Except(names)];
        if (missing.Length == 0)
            return;
        throw new NodeForgeException(
            new Diagnostic(ErrorCodes.TarballIncomplete, "the server tarball lacks programs")
            {
                Where = new(origin),
                Got = names.Count == 0 ? "nothing under " + Programs : string.Join(", ", names),
                Want = string.Join(", ", missing.Select(name => Programs + name)),
                Hint = "give kubernetes-server-linux-ARCH.tar.gz as upstream releases it",
            }
        );
    }
}
