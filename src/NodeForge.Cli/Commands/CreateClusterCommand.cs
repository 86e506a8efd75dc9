using System.CommandLine;
using NodeForge.Cli.Documents;
using NodeForge.Clusters.Configuration;
using NodeForge.Clusters.Creation;

namespace NodeForge.Cli.Commands;

/// <summary><c>create cluster</c>, with kind's options.</summary>
internal sealed class CreateClusterCommand : ForgeCommand
{
    private readonly Option<string?> name = ClusterOptions.Name();
    private readonly Option<string?> config = ClusterOptions.Config();
    private readonly Option<string?> image = new("--image")
    {
        Description = "The node image, which the engine must have: nothing is pulled.",
        HelpName = "REF",
    };
    private readonly Option<FileInfo?> bundle = ClusterOptions.Bundle(
        "A bundle that has the images, and the cluster file where --config names none; the images go into the engine from it."
    );

    private readonly Option<bool> airGapped = new("--air-gapped")
    {
        Description = "Give the nodes a network without a way out, and say what they and their pods tried to reach all the same.",
    };
    private readonly ReportOptions report;

    private readonly BundleTrustOptions trust = new();
    private readonly Option<Duration> wait = ClusterOptions.Wait();
    private readonly Option<bool> bare = new("--no-kubernetes")
    {
        Description = "Boot the nodes and leave kubeadm to you; no kubeconfig is written.",
    };
    private readonly Option<bool> retain = new("--retain") { Description = "Keep the nodes when something fails." };
    private readonly Option<bool> skipChecks = new("--skip-checks")
    {
        Description = "Do not look at the machine first, as nodeforge doctor does.",
    };
    private readonly Option<FileInfo?> kubeconfig = ClusterOptions.Kubeconfig();

    public CreateClusterCommand(FrontEnd front)
        : base(front, "cluster", "Make a cluster and wait until it is Ready.")
    {
        Add(name);
        Add(config);
        Add(image);
        Add(bundle);
        Add(airGapped);
        report = new(this);
        Add(trust.Policy);
        Add(trust.AllowOlder);
        Add(wait);
        Add(bare);
        Add(retain);
        Add(skipChecks);
        Add(kubeconfig);
    }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken)
    {
        if (report.IsAsked(parsed) && !parsed.GetValue(airGapped))
            throw NoReport();
        using SignedReport? file = report.Open(forge, parsed);
        string? carried = parsed.GetValue(bundle)?.FullName;
        ClusterConfig? packed =
            carried is not null && string.IsNullOrEmpty(parsed.GetValue(config))
                ? await forge.Bundles.ReadClusterFileAsync(carried, trust.Read(parsed), cancellationToken)
                : null;
        ClusterConfig wanted = packed ?? await ClusterOptions.ReadAsync(parsed.GetValue(config), cancellationToken);
        if (ClusterOptions.GivenName(Front, parsed, name) is { } given)
            wanted = wanted with { Name = given };
        Front.Interruption.CleanUpCommand = $"nodeforge delete cluster --name {wanted.Name}";
        CreateOptions options = new()
        {
            Wait = parsed.GetValue(wait).Time,
            AirGapped = parsed.GetValue(airGapped),
            NoKubernetes = parsed.GetValue(bare),
            Retain = parsed.GetValue(retain),
            SkipChecks = parsed.GetValue(skipChecks),
            Kubeconfig = parsed.GetValue(kubeconfig)?.FullName,
        };
        (string? node, IReadOnlyList<string> others) = carried is null
            ? (parsed.GetValue(image), [])
            : await forge.Bundles.PrepareClusterAsync(carried, wanted, parsed.GetValue(image), trust.Read(parsed), cancellationToken);
        ClusterDocument document = ClusterDocument.Of(await forge.Clusters.CreateAsync(wanted, node, options, cancellationToken));
        if (others.Count > 0 && !options.NoKubernetes)
            await forge.Clusters.LoadAsync(wanted.Name, [], others, cancellationToken);
        if (options.AirGapped)
        {
            document = document with { AirGap = AttemptsDocument.Of(await forge.Clusters.AttemptsAsync(wanted.Name, cancellationToken)) };
            ReportOptions.Write(file, document.AirGap);
        }

        return new(document, document.ToText(parsed.GetValue(GlobalOptions.Verbose))) { Next = document.Next(options.Kubeconfig) };
    }

    private static NodeForgeException NoReport() =>
        new(
            new Diagnostic(ErrorCodes.InvalidCommandLine, "there is a report of an air-gapped cluster alone")
            {
                Hint = "add --air-gapped, or leave --report out",
            }
        );
}
