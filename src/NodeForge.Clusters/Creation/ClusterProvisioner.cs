using System.Globalization;
using System.Security.Cryptography;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Diagnostics;
using NodeForge.Clusters.Nodes;
using NodeForge.Clusters.Preflight;
using NodeForge.Engines;
using NodeForge.Engines.Containers;
using NodeForge.Kubernetes.Kubeconfigs;

namespace NodeForge.Clusters.Creation;

/// <summary>Makes clusters out of a node image, and removes them.</summary>
/// <param name="engine">Where the nodes run.</param>
/// <param name="reporter">Hears each action's begin and end.</param>
/// <param name="host">Whose clusters they are: his kubeconfig, his proxies, the time that dates certificates and files.</param>
/// <param name="journals">The folder that keeps what is known of unfinished creations; null for this user's.</param>
public sealed class ClusterProvisioner(EngineClient engine, IForgeReporter reporter, HostEnvironment host, string? journals = null)
{
    // A port that was free when it was chosen may be taken when the node starts, two seconds later.
    private const int PortAttempts = 3;

    /// <summary>Makes a cluster; returns when its nodes are Ready and the kubeconfig has it.</summary>
    /// <param name="config">What to make.</param>
    /// <param name="image">A reference or ID of a node image that the engine has.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Ends the creation; what was made is removed, unless it is to be retained.</param>
    /// <exception cref="NodeForgeException">The NF55 and NF80 ranges, and NF91 for everything at once that the machine lacks. Diagnostics
    /// of the nodes were saved before anything was removed.</exception>
    public async Task<CreatedCluster> CreateAsync(
        ClusterConfig config,
        string image,
        CreateOptions options,
        CancellationToken cancellationToken
    )
    {
        ClusterNameText.Check(config);
        ClusterConfig made = options.AirGapped ? Unpublished(config) : config;
        CreateOptions how = options with
        {
            Kubeconfig = options.Kubeconfig ?? KubeconfigFile.DefaultPathOf(host),
            DiagnosticsFolder = options.DiagnosticsFolder ?? Path.Combine(host.TemporaryFolder, "nodeforge-diagnostics"),
        };
        using CreationJournal journal = CreationJournal.Begin(Journals, config.Name, engine.Endpoint);
        Task refusing = RefuseExistingAsync(config.Name, journal.Previous, cancellationToken);
        Task<MachineFacts> gathering = FactGathering.OfAsync(engine, made, image, host, cancellationToken);
        // A cluster that is there explains why its ports are taken, so its refusal goes first, whichever of the two ended first.
        await ((Task)gathering).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await refusing.ConfigureAwait(false);
        MachineFacts facts = await gathering.ConfigureAwait(false);
        RefuseMachine(facts, how);
        WarnOfMirrors(config);
        if (how.AirGapped)
            WarnOfPorts(config);
        if (!how.NoKubernetes)
            KubeconfigFile.Check(how.Kubeconfig!, config.Name);
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                CreatedCluster created = await AttemptAsync(made, facts, how, journal, cancellationToken).ConfigureAwait(false);
                journal.End();
                return created;
            }
            catch (NodeForgeException failure)
                when (attempt < PortAttempts && !how.Retain && PortHolder.Named(failure) is { } port && !IsNamed(made, port))
            {
                // It was of our choosing: the next attempt chooses another.
            }
        }
    }

    /// <summary>Removes a cluster, whole or half-made, with its network, volumes and place in the kubeconfig.</summary>
    /// <returns>False when there was nothing.</returns>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ClusterLeftovers"/> and the NF55 range;
    /// <see cref="ErrorCodes.KubeconfigBusy"/>, <see cref="ErrorCodes.KubeconfigInvalid"/>,
    /// <see cref="ErrorCodes.PathNotUsable"/> and <see cref="ErrorCodes.DiskFull"/>: the cluster is gone, its context is not. After a
    /// failure of the engine its context may be gone and the cluster not.</exception>
    public async Task<bool> DeleteAsync(string cluster, string? kubeconfig, CancellationToken cancellationToken)
    {
        ClusterNameText.Check(cluster);
        using ForgeStep step = reporter.Step($"delete cluster {cluster}");
        // Beside each other, since the engine takes most of a second. Whatever fails, deleting again does the rest.
        Task removingContext = Task.Run(
            () => RemoveContext(cluster, kubeconfig is null ? KubeconfigFile.PathsOf(host) : [kubeconfig]),
            CancellationToken.None
        );
        Task<bool> removing = RemoveCluster.RunAsync(engine, cluster, null, cancellationToken);
        await removingContext.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        bool any = await removing.ConfigureAwait(false);
        CreationJournal.Forget(Journals, cluster, engine.Endpoint);
        await removingContext.ConfigureAwait(false);
        step.Finish(any ? null : "there was none");
        return any;
    }

    // Each file for itself: one that cannot be changed must not keep the context in the others.
    private static void RemoveContext(string cluster, IReadOnlyList<string> files)
    {
        List<Diagnostic> problems = [];
        foreach (string file in files)
        {
            try
            {
                KubeconfigFile.Remove(file, "kind-" + cluster);
            }
            catch (NodeForgeException failure)
            {
                problems.AddRange(
                    failure.Diagnostics.Select(problem =>
                        problem with
                        {
                            Hint = $"{problem.Hint}; then nodeforge delete cluster --name {cluster} takes the context out",
                        }
                    )
                );
            }
        }

        if (problems.Count > 0)
            throw new NodeForgeException(problems);
    }

    private string Journals => journals ?? StateFolder.OfCreations(host);

    private TimeProvider Clock => host.Clock;

    private async Task<CreatedCluster> AttemptAsync(
        ClusterConfig config,
        MachineFacts facts,
        CreateOptions options,
        CreationJournal journal,
        CancellationToken cancellationToken
    )
    {
        CreationEntry entry = new()
        {
            Cluster = config.Name,
            Engine = engine.Endpoint.ToString(),
            Creation = RandomNumberGenerator.GetHexString(16, lowercase: true),
            Process = Environment.ProcessId,
            Started = Clock.GetUtcNow(),
        };
        journal.Write(entry);
        using Timeline timeline = new(reporter, cancellationToken);
        try
        {
            CreationContext context = new(engine, timeline, Clock, config, facts, entry.Creation, options);
            Task<CreatedCluster> creating = options.NoKubernetes
                ? new BareCreation(context).RunAsync()
                : new ClusterCreation(context).RunAsync();
            return await creating.ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            Exception cause = await timeline.SettleAsync().ConfigureAwait(false) ?? failure;
            FailedNodes failed = new(engine, reporter, Clock, Scope(engine, entry, options));
            Exception told = await failed.ExplainAsync(cause, cancellationToken).ConfigureAwait(false);
            if (failed.LeftNothing)
                journal.End();
            throw told;
        }
    }

    /// <summary>What one creation made, and nobody else's parts of a cluster of that name.</summary>
    internal static FailureScope Scope(EngineClient engine, CreationEntry entry, CreateOptions options) =>
        new(entry.Cluster, $"nodeforge delete cluster --name {entry.Cluster}")
        {
            FindContainers = token =>
                engine.Containers.ListAsync([ClusterLabels.Of(entry.Cluster), $"{ClusterLabels.Creation}={entry.Creation}"], token),
            CleanUp = options.Retain
                ? null
                : async token =>
                {
                    if (options.WhenFailed is { } told)
                        await told(token).ConfigureAwait(false);
                    await RemoveCluster.RunAsync(engine, entry.Cluster, entry.Creation, token).ConfigureAwait(false);
                },
            DiagnosticsFolder = options.DiagnosticsFolder,
        };

    private static bool IsNamed(ClusterConfig config, int port) =>
        config.Networking.ApiServerPort == port || config.Nodes.Any(node => node.Ports.Any(mapping => mapping.HostPort == port));

    private async Task RefuseExistingAsync(string cluster, CreationEntry? previous, CancellationToken cancellationToken)
    {
        IReadOnlyList<ContainerSummary> containers = await engine
            .Containers.ListAsync([ClusterLabels.Of(cluster)], cancellationToken)
            .ConfigureAwait(false);
        if (containers.Count == 0)
            return;
        string made = string.Join(", ", containers.Select(container => $"{container.Name} ({container.State})"));
        if (
            previous is not null
            && containers.All(container => container.Labels.GetValueOrDefault(ClusterLabels.Creation) == previous.Creation)
        )
        {
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.ClusterHalfMade, $"the cluster {cluster} was begun and never finished")
                {
                    Where = new(engine.Endpoint.ToString()),
                    Got = string.Create(
                        CultureInfo.InvariantCulture,
                        $"{made}, made by process {previous.Process} since {previous.Started:u}"
                    ),
                    Hint = $"nodeforge delete cluster --name {cluster}, then make it again",
                }
            );
        }

        throw new NodeForgeException(
            new Diagnostic(ErrorCodes.ClusterExists, $"there is a cluster {cluster} already")
            {
                Where = new(engine.Endpoint.ToString()),
                Got = made,
                Hint = $"nodeforge delete cluster --name {cluster}, or choose another name",
            }
        );
    }

    private void WarnOfMirrors(ClusterConfig config)
    {
        if (!RegistryHosts.Concern(config.Containerd))
            return;
        reporter.Warn(
            new Diagnostic(
                ErrorCodes.ClusterFileUnsupported,
                "containerd takes registry.mirrors and registry.configs.HOST.tls no longer: they become hosts.toml files in the nodes"
            )
            {
                Severity = Severity.Warning,
                Where = new("containerdConfigPatches"),
                Hint = "write them as /etc/containerd/certs.d/HOST/hosts.toml, with extraMounts, when the file is changed next",
            }
        );
    }

    // What is not published may be held by somebody else.
    private static ClusterConfig Unpublished(ClusterConfig config) =>
        config with
        {
            Nodes = [.. config.Nodes.Select(node => node with { Ports = [] })],
        };

    private void WarnOfPorts(ClusterConfig config)
    {
        string[] ports =
        [
            .. config.Nodes.SelectMany(node => node.Ports).Select(port => $"{port.ContainerPort}/{port.Protocol}").Distinct(),
        ];
        if (ports.Length == 0)
            return;
        reporter.Warn(
            new Diagnostic(ErrorCodes.AirGappedPorts, "of an air-gapped cluster the API server alone is published")
            {
                Severity = Severity.Warning,
                Where = new("extraPortMappings"),
                Got = string.Join(", ", ports),
                Hint = ErrorCodes.AirGappedPorts.Remedy,
            }
        );
    }

    private void RefuseMachine(MachineFacts facts, CreateOptions options)
    {
        CheckedMachine machine = options.SkipChecks ? MachineChecks.Judge(facts, [new ImageCheck()]) : MachineChecks.Judge(facts);
        foreach (Diagnostic warning in machine.Warnings)
            reporter.Warn(warning);
        if (machine.Errors.Count > 0)
            throw new NodeForgeException(machine.Errors);
    }
}
