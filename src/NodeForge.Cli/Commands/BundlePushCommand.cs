using System.CommandLine;
using NodeForge.Cli.Documents;
using NodeForge.Oci.Transports;

namespace NodeForge.Cli.Commands;

/// <summary><c>bundle push</c>: a bundle as an artifact of a registry.</summary>
internal sealed class BundlePushCommand : ForgeCommand
{
    private readonly Argument<FileInfo> file = new("FILE")
    {
        Description = "The bundle; of volumes what they are called before .001, or one of them.",
    };

    private readonly Argument<string> target = new("TARGET") { Description = "Where it goes: docker://HOST/NAME:TAG." };

    private readonly Option<string?> subject = new("--subject")
    {
        Description = "The image of the same repository that the bundle belongs to: registries list it among its referrers.",
        HelpName = "TAG|DIGEST",
    };

    public BundlePushCommand(FrontEnd front)
        : base(front, "push", "Push a bundle to a registry, a layer for each volume; what is there already is not sent.")
    {
        Add(file);
        Add(target);
        Add(subject);
    }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken)
    {
        BundlePushRequest request = new(parsed.GetRequiredValue(file).FullName, ImageTransport.Parse(parsed.GetRequiredValue(target)))
        {
            Subject = parsed.GetValue(subject),
        };
        return new(BundlePushDocument.Of(await forge.Bundles.PushAsync(request, cancellationToken)));
    }
}
