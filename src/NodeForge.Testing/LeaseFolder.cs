using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using NodeForge.Clusters;
using NodeForge.Clusters.Creation;
using NodeForge.Engines.Connecting;

namespace NodeForge.Testing;

/// <summary>The leases of this user's tests, in <c>testing/</c> of the state folder.</summary>
[SuppressMessage("Reliability", "CA2000", Justification = "Who takes a lease holds it, as long as its test runs.")]
internal sealed class LeaseFolder
{
    private const string Single = ".lease";
    private const string Reused = ".reused";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly HostEnvironment host;

    public LeaseFolder(HostEnvironment host)
    {
        this.host = host;
        Path = System.IO.Path.Combine(StateFolder.Of(host), "testing");
        Directory.CreateDirectory(Path);
    }

    public string Path { get; }

    private string Engine => new EngineDiscovery(host).Find().Address.ToString();

    /// <summary>A lease for a cluster of one's own.</summary>
    public Lease Take(string name)
    {
        while (true)
        {
            if (Lease.Try(Of(name, RandomNumberGenerator.GetHexString(8, lowercase: true), Single), FileMode.CreateNew) is not { } lease)
                continue;
            lease.Write(Engine);
            return lease;
        }
    }

    /// <summary>The lease of a cluster that is reused, once nobody else is starting it.</summary>
    public async Task<Lease> WaitAsync(string name, string key, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (Lease.Try(Of(name, key, Reused), FileMode.OpenOrCreate) is { } lease)
            {
                if (!lease.IsWhole)
                    lease.Write(Engine);
                return lease;
            }

            await Task.Delay(Pause, host.Clock, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Removes the clusters of test runs that are gone. What cannot be removed is told, and tried again by the next.</summary>
    public async Task SweepAsync(ClusterProvider clusters, IForgeReporter reporter, CancellationToken cancellationToken)
    {
        foreach (string path in Directory.EnumerateFiles(Path, "*" + Single))
        {
            if (Lease.Try(path, FileMode.Open) is not { } lease)
                continue;
            try
            {
                if (lease.Engine is null || lease.Engine == Engine)
                    await EndAsync(lease, clusters, cancellationToken).ConfigureAwait(false);
            }
            catch (NodeForgeException failure)
            {
                foreach (Diagnostic problem in failure.Diagnostics)
                    reporter.Warn(problem with { Severity = Severity.Warning });
            }
            finally
            {
                lease.Dispose();
            }
        }
    }

    /// <summary>Removes a cluster, and its lease with it.</summary>
    public async Task EndAsync(Lease lease, ClusterProvider clusters, CancellationToken cancellationToken)
    {
        using (lease)
        {
            if (lease.Engine is not null)
                await clusters.DeleteAsync(lease.Cluster, lease.Kubeconfig, cancellationToken).ConfigureAwait(false);
            lease.Remove();
        }
    }

    private string Of(string name, string digits, string kind) => System.IO.Path.Combine(Path, $"{name}-{digits}{kind}");
}
