using NodeForge.Clusters.Configuration;

namespace NodeForge.Testing;

/// <summary>Says what cluster a test wants. A builder does not change: each method returns another.</summary>
/// <example><code>
/// await using TestCluster cluster = new ClusterBuilder("nodeforge/node:latest").WithWorkers(1).Build();
/// await cluster.StartAsync();
/// string kubeconfig = await cluster.GetKubeconfigAsync();
/// </code></example>
public sealed record ClusterBuilder
{
    /// <param name="image">A reference or ID of a node image that the engine has: nothing is pulled.</param>
    /// <exception cref="ArgumentException">No image is named.</exception>
    public ClusterBuilder(string image)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(image);
        Image = image;
    }

    private ClusterBuilder() { }

    internal string? Image { get; private init; }

    internal string? Bundle { get; private init; }

    internal int ControlPlanes { get; private init; } = 1;

    internal int Workers { get; private init; }

    internal string? ConfigFile { get; private init; }

    internal string Name { get; private init; } = "test";

    internal bool IsReused { get; private init; }

    internal string ReuseScope { get; private init; } = "";

    internal bool SkipsChecks { get; private init; }

    /// <summary>Whether it is said which nodes there are; a bundle's cluster file says it otherwise.</summary>
    internal bool SaysNodes => ConfigFile is not null || ControlPlanes != 1 || Workers != 0;

    internal TimeSpan Wait { get; private init; } = TimeSpan.FromMinutes(5);

    internal IReadOnlyList<string> LoadedImages { get; private init; } = [];

#pragma warning disable RS0030 // In a test nobody stands above this package: it is the front end.
    internal HostEnvironment Host { get; private init; } = HostEnvironment.FromProcess();
#pragma warning restore RS0030

    internal IForgeReporter Reporter { get; private init; } = SilentReporter.Instance;

    /// <summary>A cluster from a bundle: its node image goes into the engine, its cluster file counts unless nodes are asked for here, and
    /// the nodes have its other images.</summary>
    /// <param name="file">The bundle; of volumes what they are called before <c>.001</c>. Relative to the working folder unless
    /// absolute.</param>
    /// <param name="image">The name of its node image; null where it has only one for this machine.</param>
    /// <exception cref="ArgumentException">No file is named.</exception>
    public static ClusterBuilder FromBundle(string file, string? image = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(file);
        return new() { Bundle = file, Image = image };
    }

    /// <summary>How many control planes; several stand behind a load balancer. Not beside <see cref="WithConfig"/>.</summary>
    /// <param name="count">At least 1.</param>
    public ClusterBuilder WithControlPlanes(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return this with { ControlPlanes = count };
    }

    /// <summary>How many workers; none unless it is said. Not beside <see cref="WithConfig"/>.</summary>
    /// <param name="count">0 and up.</param>
    public ClusterBuilder WithWorkers(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return this with { Workers = count };
    }

    /// <summary>A cluster file as kind has it: nodes, mounts, ports, patches. Its name counts for nothing here.</summary>
    /// <param name="path">Relative to the working folder unless absolute.</param>
    public ClusterBuilder WithConfig(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return this with { ConfigFile = path };
    }

    /// <summary>What the cluster's name begins with, <c>test</c> unless it is said. A dash and eight digits follow, so that many stand side
    /// by side and no cluster of the user's is meant.</summary>
    /// <param name="name">As kind takes names: lower-case letters, digits, <c>.</c> and <c>-</c>.</param>
    /// <exception cref="ArgumentException">Another letter is in it.</exception>
    public ClusterBuilder WithName(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (
            !char.IsAsciiLetterOrDigit(name[0])
            || !name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '.' or '-')
        )
            throw new ArgumentException($"'{name}' cannot begin a cluster's name: lower-case letters, digits, '.' and '-'", nameof(name));
        return this with { Name = name };
    }

    /// <summary>Keeps the cluster when the test is over; the next one that asks for the same finds it running, in about a second.</summary>
    /// <remarks>The same is: the image's or bundle's content, the nodes that are asked for, the cluster file's text, the images that are
    /// loaded, the name and the scope. Whoever reuses a cluster shares what earlier tests left in it.</remarks>
    /// <param name="scope">Tells those who want a cluster to themselves from others who ask for the same; empty shares it with all.</param>
    public ClusterBuilder WithReuse(string scope = "")
    {
        ArgumentNullException.ThrowIfNull(scope);
        return this with { IsReused = true, ReuseScope = scope };
    }

    /// <summary>Images of the engine that the nodes have before the first test runs.</summary>
    public ClusterBuilder WithImages(params IReadOnlyList<string> images) => this with { LoadedImages = images };

    /// <summary>How long the nodes may take to become Ready; five minutes unless it is said. Zero does not wait.</summary>
    public ClusterBuilder WithWait(TimeSpan wait) => this with { Wait = wait };

    /// <summary>Does not look at the machine before a cluster is made.</summary>
    public ClusterBuilder WithoutChecks() => this with { SkipsChecks = true };

    /// <summary>Hears of steps and warnings; nobody does otherwise.</summary>
    public ClusterBuilder WithReporter(IForgeReporter reporter) => this with { Reporter = reporter };

    /// <summary>The machine and the user in whose name this works; those of the process unless it is said.</summary>
    public ClusterBuilder WithHost(HostEnvironment host) => this with { Host = host };

    /// <exception cref="InvalidOperationException">Nodes are asked for beside a cluster file that has its own.</exception>
    public TestCluster Build() =>
        ConfigFile is not null && (ControlPlanes != 1 || Workers != 0)
            ? throw new InvalidOperationException(
                "the cluster file says which nodes there are: leave out WithControlPlanes and WithWorkers"
            )
            : new(this);

    internal async Task<ClusterConfig> ConfigurationAsync(string name, CancellationToken cancellationToken)
    {
        ClusterConfig config = ConfigFile is { } file
            ? await ClusterConfigReader.ReadAsync(Host.Resolve(file), cancellationToken).ConfigureAwait(false)
            : new()
            {
                Nodes =
                [
                    .. Enumerable.Repeat(new NodeConfig(), ControlPlanes),
                    .. Enumerable.Repeat(new NodeConfig { Role = NodeRole.Worker }, Workers),
                ],
            };
        return config with { Name = name };
    }
}
