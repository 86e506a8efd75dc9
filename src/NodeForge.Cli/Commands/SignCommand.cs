using System.CommandLine;
using NodeForge.Cli.Documents;
using NodeForge.Oci.Transports;

namespace NodeForge.Cli.Commands;

/// <summary><c>sign</c>: the publisher's word that an image is his.</summary>
internal sealed class SignCommand : ForgeCommand
{
    private readonly Argument<string> image = new("IMAGE")
    {
        Description = "An image in a layout or a registry: oci:DIR[:TAG] or docker://REF.",
    };
    private readonly Option<FileInfo> key = new("--key")
    {
        Description = "The private key, PEM; its password is taken from NODEFORGE_KEY_PASSWORD.",
        HelpName = "FILE",
        Required = true,
    };

    public SignCommand(FrontEnd front)
        : base(front, "sign", "Sign an image and its index, so that nodeforge and cosign verify them with the key alone.")
    {
        Add(image);
        Add(key);
    }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken) =>
        new(
            SignedDocument.Of(
                await forge.SignAsync(
                    ImageTransport.Parse(parsed.GetRequiredValue(image)),
                    parsed.GetRequiredValue(key).FullName,
                    cancellationToken
                )
            )
        );
}
