using System.CommandLine;
using NodeForge.Clusters.Upgrading;

namespace NodeForge.Cli.Commands;

/// <summary>What both upgrades take.</summary>
internal sealed class UpgradeArguments
{
    private readonly Option<string> image = new("--image")
    {
        Description = "The node image that they are to have: a name or ID that the engine has.",
        HelpName = "REF",
        Required = true,
    };
    private readonly Option<Duration> wait = Duration.Option(
        "How long a node may take to become Ready on it: 90s, 5m.",
        TimeSpan.FromMinutes(5)
    );
    private readonly Option<Duration> drain = Duration.Option(
        "--drain",
        "How long a node's pods may take to leave it.",
        TimeSpan.FromMinutes(2)
    );
    private readonly Option<bool> dryRun = new("--dry-run")
    {
        Description = "Check versions and images, print what would be done, and change nothing.",
    };

    public UpgradeArguments(Command command)
    {
        command.Add(image);
        command.Add(wait);
        command.Add(drain);
        command.Add(dryRun);
    }

    public UpgradeOptions Read(ParseResult parsed) =>
        new(parsed.GetRequiredValue(image))
        {
            Wait = parsed.GetValue(wait).Time,
            Drain = parsed.GetValue(drain).Time,
            DryRun = parsed.GetValue(dryRun),
        };
}
