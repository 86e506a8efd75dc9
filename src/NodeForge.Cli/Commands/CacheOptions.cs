using System.CommandLine;

namespace NodeForge.Cli.Commands;

/// <summary>Caches in registries, for every command that builds.</summary>
internal sealed class CacheOptions
{
    private readonly Option<string[]> from = new("--cache-from")
    {
        Description = "Take finished layers and steps from here: docker://HOST/REPOSITORY. May be given again.",
        HelpName = "REPOSITORY",
    };

    private readonly Option<string?> to = new("--cache-to")
    {
        Description = "Leave finished layers and steps here, a tag for each: docker://HOST/REPOSITORY.",
        HelpName = "REPOSITORY",
    };

    private readonly Option<bool> only = new("--cache-only")
    {
        Description = "Make nothing that --cache-from could have: what it has not is named (NF7014).",
    };

    private readonly Option<bool> required = new("--cache-required")
    {
        Description = "Fail where a cache does not answer (NF7011) instead of going on without it: others wait for what is left there.",
    };

    public void AddTo(Command command)
    {
        command.Options.Add(from);
        command.Options.Add(to);
        command.Options.Add(only);
        command.Options.Add(required);
    }

    public SharedCacheRequest Read(ParseResult parsed) =>
        new(parsed.GetValue(from) ?? [], parsed.GetValue(to)) { Only = parsed.GetValue(only), Required = parsed.GetValue(required) };
}
