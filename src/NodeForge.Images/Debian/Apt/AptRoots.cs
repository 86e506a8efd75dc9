using NodeForge.Images.Debian.Mirrors;

namespace NodeForge.Images.Debian.Apt;

/// <summary>The private apts of one run, each opened when first asked for and updated once.</summary>
internal sealed class AptRoots(string cacheFolder, DebianMirrors mirrors, TimeSpan quietWait, HostEnvironment host, IForgeReporter reporter)
    : IDisposable
{
    private readonly Dictionary<string, AptRoot> opened = new(StringComparer.Ordinal);

    // One lock for all of them: two runs that took roots one by one could wait for each other.
    private DigestLock? held;

    /// <summary>The newest time of the suites that were asked.</summary>
    public long? NewestDate => opened.Values.Select(root => root.NewestDate()).Max();

    public async Task<AptRoot> OpenAsync(DebianRepository repository, CancellationToken cancellationToken)
    {
        string folder = Path.Combine(Path.GetFullPath(cacheFolder), "apt");
        held ??= await DigestLock
            .TakeAsync(
                Path.Combine(folder, "nodeforge.lock"),
                quietWait,
                host.Clock,
                holder =>
                    reporter.Warn(
                        new Diagnostic(ErrorCodes.RepositoryBusy, $"waiting for {holder}, which resolves packages") { Where = new(folder) }
                    ),
                cancellationToken
            )
            .ConfigureAwait(false);
        string key = AptRoot.KeyOf(repository, mirrors);
        if (!opened.TryGetValue(key, out AptRoot? root))
        {
            root = await AptRoot
                .OpenAsync(repository, Path.Combine(folder, key), mirrors, new(host, reporter), cancellationToken)
                .ConfigureAwait(false);
            opened.Add(key, root);
        }

        return root;
    }

    public void Dispose() => held?.Dispose();
}
