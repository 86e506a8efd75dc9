using System.CommandLine;
using NodeForge.Cli.Documents;

namespace NodeForge.Cli.Commands;

/// <summary><c>bundle inspect</c>: what is in a bundle.</summary>
internal sealed class BundleInspectCommand : ForgeCommand
{
    private readonly Argument<FileInfo> file = new("FILE")
    {
        Description = "The bundle; of volumes what they are called before .001, or one of them.",
    };

    public BundleInspectCommand(FrontEnd front)
        : base(front, "inspect", "Show what is in a bundle: images, files, components, and why each is there.") => Add(file);

    protected override Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken) =>
        Task.FromResult<CommandResult>(new(BundleDocument.Of(forge.Bundles.OpenAny(parsed.GetRequiredValue(file).FullName))));
}
