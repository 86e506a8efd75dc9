using System.CommandLine;
using NodeForge.Cli.Documents;

namespace NodeForge.Cli.Commands;

/// <summary><c>bundle load</c>: a bundle's content, where it is wanted.</summary>
internal sealed class BundleLoadCommand : ForgeCommand
{
    private readonly Argument<FileInfo> file = new("FILE")
    {
        Description = "The bundle; of volumes what they are called before .001, or one of them.",
    };

    private readonly Argument<string[]> targets = new("TARGET")
    {
        Description =
            "Where images go: docker-daemon: for the engine, docker://HOST/ for a registry, each under its own name there; oci:DIR, or any other transport.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string[]> images = new("--image")
    {
        Description = "These images only (default: all). May be given again.",
        HelpName = "NAME",
    };
    private readonly Option<DirectoryInfo?> folder = new("--files")
    {
        Description = "Where the bundle's files go (default: nowhere).",
        HelpName = "DIR",
    };

    private readonly BundleTrustOptions trust = new();

    public BundleLoadCommand(FrontEnd front)
        : base(front, "load", "Bring a bundle's images into a layout, an engine or a registry; what stands there already is not read.")
    {
        Add(file);
        Add(targets);
        Add(images);
        Add(folder);
        Add(trust.Policy);
        Add(trust.AllowOlder);
        Validators.Add(result =>
        {
            if (result.GetValue(targets) is not { Length: > 0 } && result.GetValue(folder) is null)
                result.AddError("A target says where images go, or --files DIR where files go.");
        });
    }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken)
    {
        BundleLoadRequest request = new(parsed.GetRequiredValue(file).FullName, parsed.GetValue(targets) ?? [])
        {
            Images = parsed.GetValue(images) ?? [],
            Folder = parsed.GetValue(folder)?.FullName,
            Trust = trust.Read(parsed),
        };
        return new(BundleLoadDocument.Of(await forge.Bundles.LoadAsync(request, cancellationToken)));
    }
}
