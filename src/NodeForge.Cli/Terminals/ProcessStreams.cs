using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using NodeForge.Engines.Containers;

namespace NodeForge.Cli.Terminals;

/// <summary>This process's standard streams for a program elsewhere: a terminal where both input and output are one, else pipes.</summary>
internal static class ProcessStreams
{
    private const int Input = 0;
    private const int Output = 1;
    private const int Errors = 2;

    // The process's own: nobody closes them.
    private static readonly DescriptorStream input = new(Input);
    private static readonly DescriptorStream output = new(Output);
    private static readonly DescriptorStream errors = new(Errors);

    /// <summary>Columns of the terminal that standard output is; null where it is none, or does not say.</summary>
    public static int? Width =>
        TerminalLibrary.IsTerminal(Output) && TerminalLibrary.SizeOf(Output) is { Columns: > 0 } size ? size.Columns : null;

    public static ExecStreams Open() =>
        new(input, output, errors)
        {
            Terminal = TerminalLibrary.IsTerminal(Input) && TerminalLibrary.IsTerminal(Output) ? SizesAsync(CancellationToken.None) : null,
        };

    // Raw as long as somebody wants to know its size, which is while the far program runs: until then Ctrl-C is ours, and after it messages
    // need lines.
    private static async IAsyncEnumerable<TerminalSize> SizesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using RawMode raw = RawMode.Enter(Input);
        Channel<TerminalSize> sizes = Channel.CreateBounded<TerminalSize>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest }
        );
        using PosixSignalRegistration resized = PosixSignalRegistration.Create(PosixSignal.SIGWINCH, _ => Tell());
        Tell();
        await foreach (TerminalSize size in sizes.Reader.ReadAllAsync(cancellationToken))
            yield return size;

        void Tell()
        {
            if (TerminalLibrary.SizeOf(Output) is { Columns: > 0, Rows: > 0 } size)
                sizes.Writer.TryWrite(new(size.Columns, size.Rows));
        }
    }
}
