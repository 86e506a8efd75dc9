using System.CommandLine;
using System.Text;
using NodeForge.Cli.Documents;
using NodeForge.Oci.Content;
using NodeForge.Oci.Transports;
using NodeForge.Verification;
using NodeForge.Verification.Reports;
using NodeForge.Verification.Sbom;

namespace NodeForge.Cli.Commands;

/// <summary><c>verify</c>: what is wrong with an image, told before it ships.</summary>
internal sealed class VerifyCommand : ForgeCommand
{
    private readonly Argument<string> image = new("IMAGE") { Description = ImageTransport.Syntax + "." };
    private readonly Option<string?> against = new("--against") { Description = "An image that it has to be the same as; nodeforge diff shows what differs.", HelpName = "IMAGE" };
    private readonly Option<FileInfo?> report = new("--report") { Description = "Write a page for people: one file that loads nothing.", HelpName = "FILE" };

    private readonly Option<FileInfo?> sbom = new("--sbom") { Description = "Write what the image is made of: SPDX 2.3, or CycloneDX 1.6 where the file is called *.cdx.json.", HelpName = "FILE" };

    public VerifyCommand(FrontEnd front)
        : base(front, "verify", "Read every byte of an image, run nothing of it, and say what is wrong.")
    {
        Add(image);
        Add(against);
        Add(report);
        Add(sbom);
    }

    protected override async Task<CommandResult> RunAsync(Forge forge, ParseResult parsed, CancellationToken cancellationToken)
    {
        ImageTransport? other = parsed.GetValue(against) is { } text ? ImageTransport.Parse(text) : null;
        IReadOnlyList<VerificationReport> reports = await forge.VerifyAsync(ImageTransport.Parse(parsed.GetRequiredValue(image)), other, cancellationToken);
        if (parsed.GetValue(report) is { } file)
            AtomicFile.WriteAllBytes(file.FullName, Encoding.UTF8.GetBytes(HtmlReport.Write(reports)));
        if (parsed.GetValue(sbom) is { } bill)
            AtomicFile.WriteAllBytes(bill.FullName, Encoding.UTF8.GetBytes(Bill(reports, bill)));
        return new CommandResult(VerifyDocument.Of(reports)) with { ExitCode = reports.All(found => found.IsSound) ? ExitCode.Ok : ExitCode.Verification };
    }

    private static string Bill(IReadOnlyList<VerificationReport> reports, FileInfo file)
    {
        if (reports is not [{ Manifest: not null } report])
            throw new NodeForgeException(new Diagnostic(ErrorCodes.InvalidCommandLine, "a bill of materials is of one image that can be opened") { Got = $"{reports.Count} images", Hint = "name one image with its tag" });
        return file.Name.EndsWith(".cdx.json", StringComparison.OrdinalIgnoreCase) ? CycloneDxDocument.Write(report) : SpdxDocument.Write(report);
    }
}
