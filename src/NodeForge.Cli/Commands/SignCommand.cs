using System.CommandLine;
using NodeForge.Cli.Documents;
using NodeForge.Oci.Transports;

namespace NodeForge.Cli.Commands;

/// <summary><c>sign</c>: the publisher's word that an image is his.</summary>
internal sealed class SignCommand : ForgeCommand
{
    private readonly SigningArguments arguments;

    public SignCommand(FrontEnd front)
        : base(front, "sign", "Sign an image and its index, so that nodeforge and cosign verify them with the key alone.") =>
        arguments = new(this);

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken)
    {
        (ImageTransport image, string key) = arguments.Read(parsed);
        return new(SignedDocument.Of(await forge.SignAsync(image, key, cancellationToken)));
    }
}
