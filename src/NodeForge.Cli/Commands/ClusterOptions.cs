using System.CommandLine;
using NodeForge.Clusters.Configuration;
using NodeForge.Kubernetes.Kubeconfigs;

namespace NodeForge.Cli.Commands;

/// <summary>What commands on clusters share; kind's names and habits.</summary>
internal static class ClusterOptions
{
    public static Option<string?> Name() =>
        new("--name", "-n")
        {
            Description = $"The cluster (default: $KIND_CLUSTER_NAME, else {ClusterConfig.DefaultName}).",
            HelpName = "NAME",
        };

    public static Option<string?> Config() =>
        new("--config") { Description = "A cluster file, kind's v1alpha4; - reads standard input.", HelpName = "FILE" };

    /// <summary>The cluster file; without one a cluster as kind makes it by itself.</summary>
    public static async Task<ClusterConfig> ReadAsync(string? path, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(path))
            return new ClusterConfig();
        if (path != "-")
            return await ClusterConfigReader.ReadAsync(path, cancellation);
        await using Stream input = Console.OpenStandardInput();
        return await ClusterConfigReader.ReadAsync(input, "standard input", cancellation);
    }

    public static Option<FileInfo?> Kubeconfig() =>
        new("--kubeconfig")
        {
            Description =
                "The kubeconfig to change (default: of $KUBECONFIG the first file that exists, else its last; without it ~/.kube/config).",
            HelpName = "FILE",
        };

    public static Option<Duration> Wait() =>
        Duration.Option(
            "How long the nodes may take to become Ready, and the most that anything before that is waited for: 90s, 5m; 0s does not wait.",
            TimeSpan.FromMinutes(5)
        );

    public static Option<FileInfo?> Bundle(string description) => new("--bundle") { Description = description, HelpName = "FILE" };

    public static Option<bool> Within() =>
        new("--internal")
        {
            Description = "Name the server as the cluster's own network does, for clients in containers beside the nodes.",
        };

    public static Option<string[]> Nodes() =>
        new("--nodes")
        {
            Description = "These nodes only, with commas between them (default: all of the cluster's).",
            HelpName = "NODE,...",
        };

    public static Argument<string[]> NodeNames() =>
        new("NAME") { Description = "The nodes, as nodeforge get nodes prints them.", Arity = ArgumentArity.OneOrMore };

    public static IReadOnlyList<string> NodesOf(ParseResult parsed, Option<string[]> nodes) =>
        [
            .. (parsed.GetValue(nodes) ?? [])
                .SelectMany(given => given.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
                .Distinct(),
        ];

    /// <summary>The cluster that a command is about.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ClusterName"/>: no cluster can have that name.</exception>
    public static string NameOf(FrontEnd front, ParseResult parsed, Option<string?> name) =>
        GivenName(front, parsed, name) ?? ClusterConfig.DefaultName;

    /// <summary>The name that the command or its environment gives; null where neither does.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ClusterName"/>: no cluster can have that name.</exception>
    public static string? GivenName(FrontEnd front, ParseResult parsed, Option<string?> name)
    {
        string? given = new[] { parsed.GetValue(name), front.Host.Variable("KIND_CLUSTER_NAME") }.FirstOrDefault(text =>
            text is { Length: > 0 }
        );
        if (given is not null)
            ClusterNameText.Check(given);
        return given;
    }
}
