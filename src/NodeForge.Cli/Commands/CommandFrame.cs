using System.CommandLine;
using NodeForge.Cli.Documents;
using NodeForge.Cli.Rendering;
using Spectre.Console;

namespace NodeForge.Cli.Commands;

/// <summary>What is the same for every command: progress while it runs, one place where failure becomes text and exit code.</summary>
internal sealed class CommandFrame(FrontEnd front, ParseResult parsed)
{
    private bool Json => parsed.GetResult(GlobalOptions.Format)?.Errors.Any() != true && parsed.GetValue(GlobalOptions.Format) == "json";

    private bool Verbose => parsed.GetValue(GlobalOptions.Verbose);

    private bool Quiet => parsed.GetValue(GlobalOptions.Quiet);

    /// <summary>Runs a command's work.</summary>
    /// <param name="work">Is given the house, and returns what is printed to standard output, if anything.</param>
    /// <param name="steps">Whether steps are told.</param>
    public async Task<int> RunAsync(Func<Forge, CancellationToken, Task<CommandResult>> work, bool steps)
    {
        try
        {
            return Print(
                await WithReporterAsync(steps && !Quiet, reporter => work(new Forge(Options(), reporter), front.Interruption.Token))
            );
        }
        catch (Exception) when (front.Interruption.Token.IsCancellationRequested)
        {
            // A program that the terminal's Ctrl-C reached too fails of itself; what is told is what was asked for.
            return (int)front.Interruption.ExitCode;
        }
        catch (NodeForgeException failure)
        {
            return Fail(failure.Diagnostics);
        }
        catch (IOException failed)
        {
            return Fail([
                new Diagnostic(ErrorCodes.PathNotUsable, "a file cannot be read or written")
                {
                    Got = failed.Message,
                    Hint = "see what the kernel says of the disk (dmesg), and take the file from elsewhere",
                },
            ]);
        }
        catch (Exception bug)
        {
            if (Verbose)
                front.Terminal.Error.WriteLine(bug.ToString());
            return Fail([
                new Diagnostic(ErrorCodes.Bug, $"{bug.GetType().Name}: {bug.Message}")
                {
                    Hint = "run it again with -v and report what it prints",
                },
            ]);
        }
    }

    /// <summary>Prints a result.</summary>
    public int Print(CommandResult result)
    {
        string? text = (Json ? result.Document?.ToJson() : Text(result)?.ToString())?.TrimEnd('\n');
        if (!string.IsNullOrEmpty(text))
            front.Terminal.Out.WriteLine(text);
        else if (!Json && !Quiet && result.Nothing is { } nothing)
            front.Terminal.Error.MarkupLine(Markup.Escape(nothing));
        return (int)result.ExitCode;
    }

    // As kind does: with --quiet standard output has no advice.
    private Page? Text(CommandResult result) =>
        Quiet || result.Next is not { } next ? result.Text : new Page().Add(result.Text ?? new()).Line(next);

    /// <summary>Prints problems, as a document on standard output when JSON was asked for.</summary>
    public int Fail(IReadOnlyList<Diagnostic> diagnostics)
    {
        if (Json)
            front.Terminal.Out.WriteLine(ErrorDocument.Of(diagnostics).ToJson());
        foreach (Diagnostic diagnostic in diagnostics)
            front.Terminal.Error.MarkupLine(DiagnosticText.Markup(diagnostic));
        return (int)diagnostics[0].Code.ExitCode;
    }

    private Task<CommandResult> WithReporterAsync(bool told, Func<IForgeReporter, Task<CommandResult>> work)
    {
        if (!told)
            return work(SilentReporter.Instance);
        return front.Terminal.Live
            ? LiveReporter.WhileAsync(front.Terminal, Verbose, work)
            : work(new PlainReporter(front.Terminal, Verbose));
    }

    // Given, --cache stands for the variable: a machine without HOME is then no obstacle.
    private ForgeOptions Options() =>
        ForgeOptions.From(
            parsed.GetValue(GlobalOptions.Cache) is { } cache ? front.Host.With("NODEFORGE_CACHE", cache.FullName) : front.Host
        );
}

/// <summary>What a command prints to standard output.</summary>
/// <param name="Document">For programs; null of a command whose output is another program's.</param>
/// <param name="Text">For people.</param>
internal sealed record CommandResult(Document? Document, Page? Text, ExitCode ExitCode = ExitCode.Ok)
{
    /// <summary>Of a list that is empty, what a person is told beside it.</summary>
    public string? Nothing { get; init; }

    /// <summary>What a person may type next, below the text.</summary>
    public string? Next { get; init; }

    public CommandResult(Document document)
        : this(document, document.ToText()) { }
}
