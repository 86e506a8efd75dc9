using System.CommandLine;
using NodeForge.Cli.Rendering;
using NodeForge.Clusters;

namespace NodeForge.Cli.Commands;

/// <summary><c>create cluster</c>, with kind's options.</summary>
internal static class CreateCommand
{
    public static Command Create(Terminal terminal, Interruption interruption) =>
        new("create", "Make a cluster from a node image.") { Cluster(terminal, interruption) };

    private static Command Cluster(Terminal terminal, Interruption interruption)
    {
        Option<string?> name = ClusterOptions.Name();
        Option<FileInfo?> kubeconfig = ClusterOptions.Kubeconfig();
        Option<string?> config = ClusterOptions.Config();
        Option<string?> image = new("--image") { Description = "The node image, which the engine must have: nothing is pulled.", HelpName = "REF" };
        Option<Duration> wait = ClusterOptions.Wait();
        Option<bool> retain = new("--retain") { Description = "Keep the nodes when something fails." };
        Option<bool> skipChecks = new("--skip-checks") { Description = "Do not look at the machine first, as nodeforge doctor does." };
        Option<bool> bare = new("--no-kubernetes") { Description = "Boot the nodes and leave kubeadm to you; no kubeconfig is written." };
        Command command = new("cluster", "Make a cluster and wait until it is Ready.") { name, config, image, wait, bare, retain, skipChecks, kubeconfig };
        command.SetAction((parsed, _) => new CommandFrame(terminal, interruption, parsed).RunAsync(async (forge, cancellation) =>
        {
            ClusterConfig wanted = await ClusterOptions.ReadAsync(parsed.GetValue(config), cancellation);
            if (ClusterOptions.GivenName(terminal, parsed, name) is { } given)
                wanted = wanted with { Name = given };
            interruption.CleanUpCommand = $"nodeforge delete cluster --name {wanted.Name}";
            CreateOptions options = new()
            {
                Wait = parsed.GetValue(wait).Time,
                NoKubernetes = parsed.GetValue(bare),
                Retain = parsed.GetValue(retain),
                SkipChecks = parsed.GetValue(skipChecks),
                Kubeconfig = parsed.GetValue(kubeconfig)?.FullName,
            };
            CreatedCluster created = await forge.Clusters.CreateAsync(wanted, parsed.GetValue(image), options, cancellation);
            ClusterDocument document = ClusterDocument.Of(created);
            return new(document.ToText(parsed.GetValue(GlobalOptions.Verbose), options.Kubeconfig), document.ToJson());
        }));
        return command;
    }
}
