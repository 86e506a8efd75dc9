using System.CommandLine;
using System.Globalization;
using NodeForge.Cli.Rendering;
using NodeForge.Clusters;

namespace NodeForge.Cli.Commands;

/// <summary><c>export logs</c> and <c>export kubeconfig</c>, with kind's options.</summary>
internal static class ExportCommand
{
    public static Command Create(Terminal terminal, Interruption interruption) =>
        new("export", "Save a cluster's logs, or its kubeconfig.") { Logs(terminal, interruption), Kubeconfig(terminal, interruption) };

    private static Command Logs(Terminal terminal, Interruption interruption)
    {
        Argument<DirectoryInfo?> folder = new("DIR") { Description = "Where to (default: a new folder for temporary files).", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> name = ClusterOptions.Name();
        Command command = new("logs", "Save the nodes' logs and print the folder; a node that is down does not stop the others.") { folder, name };
        command.SetAction((parsed, _) => new CommandFrame(terminal, interruption, parsed).RunAsync(async (forge, cancellation) =>
        {
            string cluster = ClusterOptions.NameOf(terminal, parsed, name);
            string target = parsed.GetValue(folder)?.FullName ?? Path.Combine(Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"nodeforge-logs-{cluster}-{terminal.Host.Clock.GetUtcNow():yyyyMMdd'T'HHmmss}"));
            LogsDocument document = LogsDocument.Of(await forge.Clusters.ExportLogsAsync(cluster, target, VersionCommand.Text, cancellation));
            return new(document.ToText(), document.ToJson());
        }));
        return command;
    }

    private static Command Kubeconfig(Terminal terminal, Interruption interruption)
    {
        Option<string?> name = ClusterOptions.Name();
        Option<FileInfo?> kubeconfig = ClusterOptions.Kubeconfig();
        Option<bool> within = ClusterOptions.Within();
        Command command = new("kubeconfig", "Add a cluster's context to a kubeconfig and make it the current one.") { name, kubeconfig, within };
        command.SetAction((parsed, _) => new CommandFrame(terminal, interruption, parsed).RunAsync(async (forge, cancellation) =>
        {
            ExportedKubeconfig exported = await forge.Clusters.ExportKubeconfigAsync(ClusterOptions.NameOf(terminal, parsed, name), parsed.GetValue(kubeconfig)?.FullName, parsed.GetValue(within), cancellation);
            return new(Page.Of(NextStep.For(exported.Context, parsed.GetValue(kubeconfig)?.FullName)), KubeconfigDocument.Of(exported).ToJson());
        }));
        return command;
    }
}
