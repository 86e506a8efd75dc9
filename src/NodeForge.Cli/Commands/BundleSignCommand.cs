using System.CommandLine;
using System.Globalization;
using NodeForge.Cli.Documents;

namespace NodeForge.Cli.Commands;

/// <summary><c>bundle sign</c>: the publisher's word that a bundle is his, and which of a series.</summary>
internal sealed class BundleSignCommand : ForgeCommand
{
    private static readonly string[] Forms = ["yyyy-MM-dd", "yyyy-MM-ddTHH:mm:ssZ"];

    private readonly Argument<FileInfo> file = new("FILE")
    {
        Description = "The bundle or delta; of volumes what they are called before .001, or one of them.",
    };
    private readonly Option<FileInfo> key = new("--key")
    {
        Description = "The private key, PEM; its password is taken from NODEFORGE_KEY_PASSWORD.",
        HelpName = "FILE",
        Required = true,
    };
    private readonly Option<long> sequence = new("--sequence")
    {
        Description = "Its number in the series: larger ones are newer, and where one was installed no smaller one is taken.",
        HelpName = "N",
        Required = true,
    };
    private readonly Option<string> series = new("--series")
    {
        Description = "What is counted: a site, a product.",
        HelpName = "NAME",
        DefaultValueFactory = _ => "site",
    };
    private readonly Option<string?> expires = new("--expires")
    {
        Description = "From when on it is not to be used: 2027-12-31, or with a time 2027-12-31T12:00:00Z (default: never).",
        HelpName = "TIME",
    };

    public BundleSignCommand(FrontEnd front)
        : base(front, "sign", "Sign a bundle in a file beside it, so that nodeforge and cosign verify-blob verify it with the key alone.")
    {
        Add(file);
        Add(key);
        Add(sequence);
        Add(series);
        Add(expires);
    }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken) =>
        new(
            BundleSignedDocument.Of(
                await forge.Bundles.SignAsync(
                    new(parsed.GetRequiredValue(file).FullName, parsed.GetRequiredValue(key).FullName, parsed.GetRequiredValue(sequence))
                    {
                        Series = parsed.GetRequiredValue(series),
                        Expires = parsed.GetValue(expires) is { } time ? Read(time) : null,
                    },
                    cancellationToken
                )
            )
        );

    private static DateTimeOffset Read(string time) =>
        DateTimeOffset.TryParseExact(
            time,
            Forms,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out DateTimeOffset read
        )
            ? read
            : throw new NodeForgeException(
                new Diagnostic(ErrorCodes.BundleSeriesInvalid, "this is no time")
                {
                    Got = Printable.Escape(time),
                    Want = "2027-12-31 or 2027-12-31T12:00:00Z",
                    Hint = ErrorCodes.BundleSeriesInvalid.Remedy,
                }
            );
}
