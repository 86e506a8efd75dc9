using System.CommandLine;

namespace NodeForge.Cli.Commands;

/// <summary>Whose bundles are taken: the options that every command has that takes something from one.</summary>
internal sealed class BundleTrustOptions
{
    public Option<FileInfo?> Policy { get; } =
        new("--policy")
        {
            Description =
                "Whose bundles are taken: a file with trusted keys "
                + "(default: NODEFORGE_BUNDLE_POLICY, or bundle-policy.yaml in ~/.config/nodeforge).",
            HelpName = "FILE",
        };

    public Option<bool> AllowOlder { get; } = new("--allow-older") { Description = "Take a bundle that is older than what was installed." };

    public BundleTrustRequest Read(ParseResult parsed) =>
        new() { Policy = parsed.GetValue(Policy)?.FullName, AllowOlder = parsed.GetValue(AllowOlder) };
}
