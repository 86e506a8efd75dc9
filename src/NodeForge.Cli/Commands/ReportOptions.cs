using System.CommandLine;
using System.Text;
using NodeForge.Cli.Documents;

namespace NodeForge.Cli.Commands;

/// <summary>Where the report of an air-gapped cluster goes, and whose word it is.</summary>
internal sealed class ReportOptions
{
    private readonly Option<FileInfo?> report = new("--report")
    {
        Description = "Write what nodes and pods tried to reach into this file, as JSON.",
        HelpName = "FILE",
    };
    private readonly Option<FileInfo?> key = new("--key")
    {
        Description =
            "The private key, PEM, that signs the report into FILE.sigstore.json; its password is taken from NODEFORGE_KEY_PASSWORD.",
        HelpName = "FILE",
    };

    public ReportOptions(Command command)
    {
        command.Add(report);
        command.Add(key);
    }

    public bool IsAsked(ParseResult parsed) => parsed.GetValue(report) is not null || parsed.GetValue(key) is not null;

    /// <summary>Before anything else is done: what is wrong with a key is told at once.</summary>
    /// <returns>Null where no report is asked for.</returns>
    public SignedReport? Open(Forge forge, ParseResult parsed)
    {
        string? signer = parsed.GetValue(key)?.FullName;
        if (parsed.GetValue(report) is { } file)
            return forge.OpenReport(file.FullName, signer);
        return signer is null
            ? null
            : throw new NodeForgeException(
                new Diagnostic(ErrorCodes.InvalidCommandLine, "the key signs a report, and none is asked for")
                {
                    Hint = "add --report FILE",
                }
            );
    }

    public static void Write(SignedReport? report, AttemptsDocument document) =>
        report?.Write(Encoding.UTF8.GetBytes(document.ToJson() + "\n"));
}
