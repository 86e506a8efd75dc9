using System.CommandLine;
using NodeForge.Oci.Transports;

namespace NodeForge.Cli.Commands;

/// <summary>What is signed, and with which key: of <c>sign</c> and <c>attest</c>.</summary>
internal sealed class SigningArguments
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

    public SigningArguments(Command command)
    {
        command.Add(image);
        command.Add(key);
    }

    public (ImageTransport Image, string Key) Read(ParseResult parsed) =>
        (ImageTransport.Parse(parsed.GetRequiredValue(image)), parsed.GetRequiredValue(key).FullName);
}
