using System.CommandLine;
using NodeForge.Cli.Documents;

namespace NodeForge.Cli.Commands;

/// <summary><c>bundle serve</c>: a bundle as a registry for the other machines behind the gap.</summary>
internal sealed class BundleServeCommand : ForgeCommand
{
    private readonly Argument<FileInfo> file = new("FILE")
    {
        Description = "The bundle; of volumes what they are called before .001, or one of them.",
    };

    private readonly Option<string> listen = new("--listen")
    {
        Description = "Where it listens; *:5000 for every address of this machine.",
        HelpName = "ADDRESS:PORT",
        DefaultValueFactory = _ => "127.0.0.1:5000",
    };

    private readonly Option<FileInfo?> certificate = new("--cert")
    {
        Description = "Serve with TLS: the certificate in PEM, its issuers behind it.",
        HelpName = "FILE",
    };

    private readonly Option<FileInfo?> key = new("--key") { Description = "The certificate's private key, in PEM.", HelpName = "FILE" };

    public BundleServeCommand(FrontEnd front)
        : base(front, "serve", "Serve a bundle's images as a registry that can be read alone, until it is stopped.")
    {
        Add(file);
        Add(listen);
        Add(certificate);
        Add(key);
        Validators.Add(result =>
        {
            if (result.GetValue(certificate) is null != result.GetValue(key) is null)
                result.AddError("--cert and --key belong together.");
        });
    }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken)
    {
        BundleServeRequest request = new(parsed.GetRequiredValue(file).FullName)
        {
            Listen = parsed.GetRequiredValue(listen),
            Certificate = parsed.GetValue(certificate)?.FullName,
            Key = parsed.GetValue(key)?.FullName,
        };
        CommandFrame frame = new(Front, parsed);
        await forge.Bundles.ServeAsync(request, served => frame.Print(new(ServedBundleDocument.Of(served))), cancellationToken);
        return new(null, null);
    }
}
