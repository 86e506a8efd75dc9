using NodeForge.Oci;
using NodeForge.Oci.Content;
using NodeForge.Oci.Layers;

namespace NodeForge.Images.Assembly.Kubernetes;

/// <summary>Unpacks upstream's <c>kubernetes-server-linux-ARCH.tar.gz</c> into the store: the node's programs and the control plane's images, nothing else.</summary>
internal sealed class ServerTarball(BuildEnvironment environment)
{
    private const string Programs = "kubernetes/server/bin/";

    /// <param name="tarball">In the store; compressed or not.</param>
    /// <param name="origin">For errors and for the image's record.</param>
    /// <param name="version">With the leading v.</param>
    public async Task<KubernetesRelease> UnpackAsync(Digest tarball, string origin, string version, Platform platform, CancellationToken cancellationToken)
    {
        using ForgeStep step = environment.Reporter.Step($"unpack Kubernetes {version}", environment.Store.SizeOf(tarball));
        Digest key = ActionKey.Of("server-tarball/1", tarball.Hex, version, platform.ToString());
        IReadOnlyList<ActionOutput> outputs = await environment.Actions.GetOrRunAsync(
            key, step, () => Task.FromResult(Unpack(tarball, origin, version, platform, step, cancellationToken)), cancellationToken).ConfigureAwait(false);
        return KubernetesRelease.Of(origin, outputs);
    }

    private IReadOnlyList<ActionOutput> Unpack(Digest tarball, string origin, string version, Platform platform, ForgeStep step, CancellationToken cancellationToken)
    {
        Dictionary<string, ActionOutput> outputs = []; // a name that comes again replaces, as it does when tar unpacks
        using Stream blob = new ProgressStream(environment.Store.OpenRead(tarball), step);
        using Stream plain = new ReadAheadStream(Decompression.Open(blob, origin));
        using TarReader reader = new(plain, origin);
        while (reader.Read() is { } entry)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (entry.Kind == TarEntryKind.File && Wanted(entry.Path) is { } name)
                outputs[name] = Take(name, reader.Content, new Location(origin, Detail: entry.Path), version, platform);
        }

        RefuseIncomplete([.. outputs.Values], origin);
        return [.. outputs.Values];
    }

    private static string? Wanted(string path)
    {
        if (!path.StartsWith(Programs, StringComparison.Ordinal))
            return null;
        string name = path[Programs.Length..];
        if (name.Contains('/', StringComparison.Ordinal))
            return null;
        return KubernetesRelease.NodePrograms.Contains(name) || (name.StartsWith("kube-", StringComparison.Ordinal) && name.EndsWith(".tar", StringComparison.Ordinal)) ? name : null;
    }

    private ActionOutput Take(string name, Stream content, Location origin, string version, Platform platform)
    {
        if (!name.EndsWith(".tar", StringComparison.Ordinal))
        {
            Descriptor program = ProgramFile.Take(content, origin, platform, version, environment.Store);
            return new(name, program.Digest, program.Size) { Executable = true };
        }

        using BlobIngest ingest = environment.Store.BeginIngest();
        content.CopyTo(ingest, 1 << 20);
        Descriptor archive = ingest.Commit();
        return new(name[..^".tar".Length], archive.Digest, archive.Size);
    }

    private static void RefuseIncomplete(List<ActionOutput> outputs, string origin)
    {
        string[] missing = [.. KubernetesRelease.NodePrograms.Except(outputs.Select(output => output.Name))];
        if (missing.Length == 0)
            return;
        throw new NodeForgeException(new Diagnostic(ErrorCodes.TarballIncomplete, "the server tarball lacks programs")
        {
            Where = new(origin),
            Got = outputs.Count == 0 ? "nothing under " + Programs : string.Join(", ", outputs.Select(output => output.Name)),
            Want = string.Join(", ", missing.Select(name => Programs + name)),
            Mend = "give kubernetes-server-linux-ARCH.tar.gz as upstream releases it",
        });
    }
}
