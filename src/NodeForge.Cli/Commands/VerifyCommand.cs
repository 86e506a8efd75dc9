using System.CommandLine;
using System.Text;
using NodeForge.Cli.Documents;
using NodeForge.Oci.Content;
using NodeForge.Oci.Transports;
using NodeForge.Signing.Envelopes;
using NodeForge.Signing.Judging;
using NodeForge.Verification;
using NodeForge.Verification.Reports;
using NodeForge.Verification.Sbom;

namespace NodeForge.Cli.Commands;

/// <summary><c>verify</c>: what is wrong with an image, told before it ships.</summary>
internal sealed class VerifyCommand : ForgeCommand
{
    private readonly Argument<string> image = new("IMAGE") { Description = ImageTransport.Syntax + "." };
    private readonly Option<string?> against = new("--against")
    {
        Description = "An image that it has to be the same as; nodeforge diff shows what differs.",
        HelpName = "IMAGE",
    };
    private readonly Option<FileInfo?> report = new("--report")
    {
        Description = "Write a page for people: one file that loads nothing.",
        HelpName = "FILE",
    };

    private readonly Option<FileInfo?> sbom = new("--sbom")
    {
        Description = "Write what the image is made of: SPDX 2.3, or CycloneDX 1.6 where the file is called *.cdx.json.",
        HelpName = "FILE",
    };

    private readonly Option<bool> boot = new("--boot")
    {
        Description = "Boot the image in a cluster of its own, on a network of this machine's engine without a way out, and remove it.",
    };
    private readonly Option<FileInfo?> ofRecipe = new("--recipe")
    {
        Description = "Hold the image against this recipe's lock, by its identity and what it says of itself.",
        HelpName = "RECIPE",
    };
    private readonly Option<FileInfo?> rebuild = new("--rebuild")
    {
        Description = "Build this recipe again, every step, and compare: the first difference is told down to the byte.",
        HelpName = "RECIPE",
    };
    private readonly RecipeOptions recipe;
    private readonly Option<FileInfo[]> key = new("--key")
    {
        Description = "A trusted public key, PEM: the image has to be signed by it. May be given again; one of them is enough.",
        HelpName = "FILE",
    };
    private readonly Option<int> quorum = new("--quorum")
    {
        Description = "How many of the keys have to sign, and to attest what is asked for.",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<string[]> attestation = new("--require-attestation")
    {
        Description = $"What has to be attested too: {PredicateTypes.Known}, or the URI of a predicate type. May be given again.",
        HelpName = "TYPE",
    };

    public VerifyCommand(FrontEnd front)
        : base(front, "verify", "Read every byte of an image, run nothing of it, and say what is wrong.")
    {
        Add(image);
        Add(against);
        Add(key);
        Add(quorum);
        quorum.Takes(1, int.MaxValue);
        Add(attestation);
        Add(report);
        Add(sbom);
        Add(boot);
        Add(ofRecipe);
        Add(rebuild);
        Add(GlobalOptions.Offline);
        recipe = new(this, ofImage: true);
    }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken)
    {
        // First: what is wrong with a key is told before an image of gigabytes is read.
        ImageTransport place = ImageTransport.Parse(parsed.GetRequiredValue(image));
        IReadOnlyList<SignatureVerdict>? verdicts = Signatures(parsed) is { } signatures
            ? await forge.VerifySignaturesAsync(place, signatures, cancellationToken)
            : null;
        ImageTransport? other = parsed.GetValue(against) is { } text ? ImageTransport.Parse(text) : null;
        IReadOnlyList<VerificationReport> reports = await forge.VerifyAsync(place, other, cancellationToken);
        if (parsed.GetValue(ofRecipe) is { } held)
            reports = await forge.HoldAgainstAsync(recipe.Read(parsed, held), reports, cancellationToken);
        if (parsed.GetValue(rebuild) is { } again)
            reports = await forge.RebuildAsync(
                recipe.Read(parsed, again),
                parsed.GetValue(GlobalOptions.Offline),
                place,
                reports,
                cancellationToken
            );
        if (parsed.GetValue(boot))
            reports = await forge.BootAsync(place, reports, cancellationToken);
        if (verdicts is not null)
            reports = reports.With(verdicts);
        if (parsed.GetValue(report) is { } file)
            AtomicFile.WriteAllBytes(file.FullName, Encoding.UTF8.GetBytes(HtmlReport.Write(reports)));
        if (parsed.GetValue(sbom) is { } bill)
            AtomicFile.WriteAllBytes(bill.FullName, Encoding.UTF8.GetBytes(Bill(reports, bill)));
        return new CommandResult(VerifyDocument.Of(reports)) with
        {
            ExitCode = reports.All(found => found.IsSound) ? ExitCode.Ok : ExitCode.Verification,
        };
    }

    private SignatureRequest? Signatures(ParseResult parsed)
    {
        FileInfo[] keys = parsed.GetValue(key) ?? [];
        string[] attestations = parsed.GetValue(attestation) ?? [];
        if (keys.Length > 0)
            return new([.. keys.Select(file => file.FullName)]) { Quorum = parsed.GetValue(quorum), Attestations = attestations };
        return attestations.Length == 0 && parsed.GetValue(quorum) == 1
            ? null
            : throw new NodeForgeException(
                new Diagnostic(ErrorCodes.InvalidCommandLine, "signatures are verified with keys") { Hint = "add --key FILE" }
            );
    }

    private static string Bill(IReadOnlyList<VerificationReport> reports, FileInfo file)
    {
        if (reports is not [{ Manifest: not null } report])
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.InvalidCommandLine, "a bill of materials is of one image that can be opened")
                {
                    Got = $"{reports.Count} images",
                    Hint = "name one image with its tag",
                }
            );
        return file.Name.EndsWith(".cdx.json", StringComparison.OrdinalIgnoreCase)
            ? CycloneDxDocument.Write(report)
            : SpdxDocument.Write(report);
    }
}
