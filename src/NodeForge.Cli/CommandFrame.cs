using System.CommandLine;
using NodeForge.Cli.Rendering;
using Spectre.Console;

namespace NodeForge.Cli;

/// <summary>What is the same for every command: progress while it runs, one place where failure becomes text and exit code.</summary>
internal sealed class CommandFrame(Terminal terminal, Interruption interruption, ParseResult parsed)
{
    public bool Json => parsed.GetResult(GlobalOptions.Format) is not { Errors: var errors } || !errors.Any() ? parsed.GetValue(GlobalOptions.Format) == "json" : false;

    public bool Verbose => parsed.GetValue(GlobalOptions.Verbose);

    private bool Quiet => parsed.GetValue(GlobalOptions.Quiet);

    /// <summary>Runs a command's work.</summary>
    /// <param name="work">Is given the house, and returns what is printed to standard output, if anything.</param>
    /// <param name="steps">Whether steps are told; not by a command that gives the terminal to another program.</param>
    public async Task<int> RunAsync(Func<Forge, CancellationToken, Task<CommandResult>> work, bool steps = true)
    {
        try
        {
            CommandResult result = await WithReporterAsync(steps && !Quiet, reporter => work(new Forge(Options(), reporter), interruption.Token));
            string? text = Json ? result.Json : result.Text?.ToString();
            if (!string.IsNullOrEmpty(text))
                await terminal.Out.WriteLineAsync(text.TrimEnd('\n'));
            return (int)result.ExitCode;
        }
        catch (Exception) when (interruption.Token.IsCancellationRequested)
        {
            // A program that the terminal's Ctrl-C reached too fails of itself; what is told is what was asked for.
            return (int)interruption.ExitCode;
        }
        catch (NodeForgeException failure)
        {
            return Fail(failure.Diagnostics);
        }
        catch (Exception bug)
        {
            if (Verbose)
                terminal.Error.WriteLine(bug.ToString());
            return Fail([new Diagnostic(ErrorCodes.Bug, $"{bug.GetType().Name}: {bug.Message}") { Mend = "run it again with -v and report what it prints" }]);
        }
    }

    /// <summary>Prints problems, as a document on standard output when JSON was asked for.</summary>
    public int Fail(IReadOnlyList<Diagnostic> diagnostics)
    {
        if (Json)
            terminal.Out.WriteLine(ErrorDocument.Text(diagnostics));
        foreach (Diagnostic diagnostic in diagnostics)
            terminal.Error.MarkupLine(DiagnosticText.Markup(diagnostic));
        return (int)diagnostics[0].Code.ExitCode;
    }

    private Task<CommandResult> WithReporterAsync(bool told, Func<IForgeReporter, Task<CommandResult>> work)
    {
        if (!told)
            return work(SilentReporter.Instance);
        return terminal.Live ? LiveReporter.WhileAsync(terminal, Verbose, work) : work(new PlainReporter(terminal, Verbose));
    }

    // Given, --cache stands for the variable: a machine without HOME is then no obstacle.
    private ForgeOptions Options() => ForgeOptions.From(parsed.GetValue(GlobalOptions.Cache) is { } cache ? terminal.Host.With("NODEFORGE_CACHE", cache.FullName) : terminal.Host);
}

/// <summary>What a command prints to standard output.</summary>
/// <param name="Text">For people.</param>
/// <param name="Json">For programs; one document.</param>
internal sealed record CommandResult(Page? Text, string? Json, ExitCode ExitCode = ExitCode.Ok);
