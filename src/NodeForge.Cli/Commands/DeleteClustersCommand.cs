using System.CommandLine;
using NodeForge.Cli.Documents;
using NodeForge.Cli.Rendering;
using NodeForge.Clusters.Configuration;

namespace NodeForge.Cli.Commands;

internal sealed class DeleteClustersCommand : ForgeCommand
{
    private readonly Argument<string[]> names = new("NAME") { Description = "The clusters.", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<bool> all = new("--all", "-A") { Description = "Every cluster that the engine has." };
    private readonly Option<FileInfo?> kubeconfig = ClusterOptions.Kubeconfig();

    public DeleteClustersCommand(FrontEnd front)
        : base(front, "clusters", "Remove several clusters.")
    {
        Add(names);
        Add(all);
        Add(kubeconfig);
    }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken)
    {
        string[] named = [.. parsed.GetValue(names)!.Distinct()];
        if (named.Length > 0 == parsed.GetValue(all))
            throw Unclear(named);
        Array.ForEach(named, ClusterNameText.Check);
        List<string> deleted = [];
        List<Diagnostic> problems = [];
        // One that cannot be removed does not keep the others.
        foreach (string cluster in parsed.GetValue(all) ? await forge.Clusters.ListAsync(cancellationToken) : named)
        {
            try
            {
                if (await forge.Clusters.DeleteAsync(cluster, parsed.GetValue(kubeconfig)?.FullName, cancellationToken))
                    deleted.Add(cluster);
            }
            catch (NodeForgeException failure)
            {
                problems.AddRange(failure.Diagnostics);
            }
        }

        return problems.Count == 0 ? new(new DeletedDocument(deleted), Page.Of(deleted)) : throw new NodeForgeException(problems);
    }

    private static NodeForgeException Unclear(string[] named) =>
        new(
            named.Length == 0
                ? new Diagnostic(ErrorCodes.InvalidCommandLine, "no cluster is named") { Hint = "name clusters, or give --all" }
                : new Diagnostic(ErrorCodes.InvalidCommandLine, "clusters are named, and --all is every one")
                {
                    Got = string.Join(", ", named),
                    Hint = "leave --all out, or the names",
                }
        );
}
