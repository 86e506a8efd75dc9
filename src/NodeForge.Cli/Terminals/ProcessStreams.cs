using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using NodeForge.Engines;

namespace NodeForge.Cli.Terminals;

/// <summary>This process's standard streams for a program elsewhere: a terminal where both input and output are one, else pipes.</summary>
internal static class ProcessStreams
{
    private const int Input = 0;
    private const int Output = 1;
    private const int Errors = 2;

    public static ExecStreams Open() => new(new DescriptorStream(Input), new DescriptorStream(Output), new DescriptorStream(Errors))
    {
        Terminal = TerminalLibrary.IsTerminal(Input) && TerminalLibrary.IsTerminal(Output) ? SizesAsync(CancellationToken.None) : null,
    };

    // Raw as long as somebody wants to know its size, which is while the far program runs: until then Ctrl-C is ours, and after it messages need lines.
    private static async IAsyncEnumerable<TerminalSize> SizesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using RawMode raw = RawMode.Enter(Input);
        Channel<TerminalSize> sizes = Channel.CreateBounded<TerminalSize>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
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
