using System.CommandLine;
using System.CommandLine.Invocation;
using NodeForge.Cli.Commands;

namespace NodeForge.Cli;

/// <summary>The command line, whole: every command in the order of the work.</summary>
internal static class CommandTree
{
    public static async Task<int> RunAsync(string[] args, FrontEnd front)
    {
        RootCommand root = Create(front);
        ParseResult parsed = EmptyPaths.Parse(root, ExecCommand.Divided(root, args.Length == 0 ? ["--help"] : args));
        IReadOnlyList<Diagnostic> problems = UsageErrors.Of(parsed);
        if (problems.Count > 0)
            return new CommandFrame(front, parsed).Fail(problems);
        InvocationConfiguration configuration = new()
        {
            Output = front.Terminal.Out,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null, // Interruption listens
        };
        return await parsed.InvokeAsync(configuration, front.Interruption.Token);
    }

    public static RootCommand Create(FrontEnd front)
    {
        RootCommand root = new("Kubernetes node images from recipes: the same bits every time, no daemon to build, clusters offline.")
        {
            new LockCommand(front),
            new PlanCommand(front),
            new FetchCommand(front),
            new Command("build", "Make what a recipe describes.")
            {
                new BuildImageCommand(front, "base-image", "Make a base image: a configured Debian without Kubernetes.", "BaseImage"),
                new BuildImageCommand(front, "node-image", "Make a Kubernetes node image.", "NodeImage"),
                new BuildImageCommand(front, "container-image", "Make a container image out of packages and files.", "ContainerImage"),
                new BuildKubernetesCommand(front),
            },
            new Command("matrix", "Make many images out of one file: recipes, versions and platforms.")
            {
                new MatrixLockCommand(front),
                new MatrixPlanCommand(front),
                new MatrixBuildCommand(front),
                new Command("emit", "Write what builds a matrix elsewhere.") { new MatrixEmitKubernetesCommand(front) },
                new MatrixStatusCommand(front),
            },
            new InspectCommand(front),
            new VerifyCommand(front),
            new DiffCommand(front),
            new Command("key", "Make keys to sign with.") { new KeyGenerateCommand(front) },
            new SignCommand(front),
            new AttestCommand(front),
            new Command("bundle", "Pack everything that a site needs into one file, and use it there.")
            {
                new BundleCreateCommand(front),
                new BundleInspectCommand(front),
                new BundleVerifyCommand(front),
                new BundleSignCommand(front),
                new BundleDiffCommand(front),
                new BundleApplyCommand(front),
                new BundleSquashCommand(front),
                new BundleInventoryCommand(front),
                new BundleLoadCommand(front),
                new BundlePushCommand(front),
                new BundlePullCommand(front),
                new BundleServeCommand(front),
            },
            new Command("create", "Make a cluster from a node image.") { new CreateClusterCommand(front) },
            new Command("delete", "Remove clusters, or nodes of one.")
            {
                new DeleteClusterCommand(front),
                new DeleteClustersCommand(front),
                new DeleteNodeCommand(front),
            },
            new Command("get", "List clusters and nodes, print a kubeconfig.")
            {
                new GetClustersCommand(front),
                new GetNodesCommand(front),
                new GetKubeconfigCommand(front),
                new GetAttemptsCommand(front),
            },
            new ExecCommand(front),
            new Command("load", "Bring images into a cluster's nodes.") { new LoadImageCommand(front), new LoadArchiveCommand(front) },
            new Command("export", "Save a cluster's logs, or its kubeconfig.")
            {
                new ExportLogsCommand(front),
                new ExportKubeconfigCommand(front),
            },
            new Command("stop", "Stop a cluster or some of its nodes; their state stays.")
            {
                new StopClusterCommand(front),
                new StopNodeCommand(front),
            },
            new Command("start", "Start a stopped cluster or some of its nodes.")
            {
                new StartClusterCommand(front),
                new StartNodeCommand(front),
            },
            new Command("add", "Add nodes to a cluster.") { new AddNodeCommand(front) },
            new Command("upgrade", "Put a cluster, or one of its nodes, on another node image.")
            {
                new UpgradeClusterCommand(front),
                new UpgradeNodeCommand(front),
            },
            new Command("cache", "Look after what is kept for the next build.") { new CachePruneCommand(front) },
            new DoctorCommand(front),
            new VersionCommand(front),
            new CompletionCommand(front),
        };
        foreach (Option option in GlobalOptions.All)
            root.Options.Add(option);
        EmptyPaths.AreTold(root);
        return root;
    }
}
