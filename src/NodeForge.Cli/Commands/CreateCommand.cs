using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
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
        Option<TimeSpan> wait = new("--wait") { Description = "How long the nodes may take to become Ready: 90s, 5m; 0s does not wait.", HelpName = "TIME", DefaultValueFactory = _ => TimeSpan.FromMinutes(5), CustomParser = Duration };
        Option<bool> retain = new("--retain") { Description = "Keep the nodes when something fails." };
        Option<bool> skipChecks = new("--skip-checks") { Description = "Do not look at the machine first, as nodeforge doctor does." };
        Command command = new("cluster", "Make a cluster and wait until it is Ready.") { name, config, image, wait, retain, skipChecks, kubeconfig };
        command.SetAction((parsed, _) => new CommandFrame(terminal, interruption, parsed).RunAsync(async (forge, cancellation) =>
        {
            ClusterConfig wanted = await ClusterOptions.ReadAsync(parsed.GetValue(config), cancellation);
            if (parsed.GetValue(name) is not null || parsed.GetValue(config) is null)
                wanted = wanted with { Name = ClusterOptions.NameOf(parsed, name) };
            interruption.CleanUpCommand = $"nodeforge delete cluster --name {wanted.Name}";
            CreateOptions options = new() { Wait = parsed.GetValue(wait), Retain = parsed.GetValue(retain), SkipChecks = parsed.GetValue(skipChecks), Kubeconfig = parsed.GetValue(kubeconfig)?.FullName };
            CreatedCluster created = await forge.Clusters.CreateAsync(wanted, parsed.GetValue(image), options, cancellation);
            ClusterDocument document = ClusterDocument.Of(created);
            return new(document.ToText(parsed.GetValue(GlobalOptions.Verbose)), document.ToJson());
        }));
        return command;
    }

    // Go's form, which kind's users type: 90s, 5m, 1m30s; a bare number is none.
    internal static TimeSpan Duration(ArgumentResult argument)
    {
        string text = argument.Tokens[0].Value;
        double seconds = 0;
        int start = 0;
        for (int at = 0; at < text.Length; at++)
        {
            double unit = text[at] switch { 'h' => 3600, 'm' => 60, 's' => 1, _ => 0 };
            if (unit == 0)
                continue;
            if (!double.TryParse(text.AsSpan(start, at - start), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number))
                break;
            seconds += number * unit;
            start = at + 1;
        }

        if (start == 0 || start < text.Length)
            argument.AddError($"--wait takes a time such as 90s or 5m, not '{text}'.");
        return TimeSpan.FromSeconds(seconds);
    }
}
