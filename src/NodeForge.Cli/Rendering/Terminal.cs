using System.Runtime.CompilerServices;
using NodeForge.Cli.Terminals;
using Spectre.Console;

namespace NodeForge.Cli.Rendering;

/// <summary>The two streams and what may be done on them. Results go to <see cref="Out"/>; progress, warnings and errors to
/// <see cref="Error"/>.</summary>
internal sealed class Terminal
{
    private readonly Lazy<IAnsiConsole> error;

    public Terminal(TextWriter output, TextWriter error, bool errorIsTerminal, Func<string, string?> variable)
    {
        Out = new PrintableWriter(output);
        // no-color.org: set and not empty. A dumb terminal and a build log take no cursor movement either.
        Colour = errorIsTerminal && string.IsNullOrEmpty(variable("NO_COLOR")) && variable("TERM") != "dumb";
        Live = errorIsTerminal && variable("TERM") != "dumb" && string.IsNullOrEmpty(variable("CI"));
        // Milliseconds, and most commands have nothing to tell there.
        this.error = new(() => Create(error, errorIsTerminal));
    }

    public TextWriter Out { get; }

    public IAnsiConsole Error => error.Value;

    /// <summary>Columns that <see cref="Out"/> has; null where it is no terminal, or one that does not say.</summary>
    public int? Width { get; init; }

    public bool Colour { get; }

    /// <summary>Progress may be drawn over itself.</summary>
    public bool Live { get; }

    /// <summary>Loads what telling an error needs while files can still be opened: when none can (EMFILE), the error would die of
    /// itself. The native program has nothing to load.</summary>
    public static void Prepare()
    {
        if (!RuntimeFeature.IsDynamicCodeSupported)
            return;
        Terminal nowhere = new(TextWriter.Null, TextWriter.Null, errorIsTerminal: false, _ => null);
        nowhere.Error.MarkupLine(
            DiagnosticText.Markup(
                new Diagnostic(ErrorCodes.PathNotUsable, "")
                {
                    Where = new(""),
                    Got = "",
                    Want = "",
                    Hint = "",
                }
            )
        );
    }

    public static Terminal OfThisProcess(HostEnvironment host) =>
        new(Console.Out, Console.Error, !Console.IsErrorRedirected, host.Variable) { Width = ProcessStreams.Width };

    private IAnsiConsole Create(TextWriter writer, bool isTerminal)
    {
        IAnsiConsole console = AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Out = new AnsiConsoleOutput(writer),
                Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
                ColorSystem = Colour ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
                Interactive = Live ? InteractionSupport.Yes : InteractionSupport.No,
            }
        );
        console.Pipeline.Attach(new PrintableRendering());
        // A pipe has no width: a line stays a line.
        if (!isTerminal)
            console.Profile.Width = 10_000;
        return console;
    }
}
