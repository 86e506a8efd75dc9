namespace NodeForge.Cli.Terminals;

/// <summary>Hands every key to the program as it is typed, Ctrl-C too, until it is disposed: the far terminal makes lines, echoes and
/// signals.</summary>
internal sealed class RawMode : IDisposable
{
    private readonly int descriptor;
    private readonly byte[] before = new byte[TerminalLibrary.StateLength];
    private readonly bool changed;

    private RawMode(int descriptor)
    {
        this.descriptor = descriptor;
        if (!TerminalLibrary.TryGetState(descriptor, before))
            return;
        byte[] raw = [.. before];
        TerminalLibrary.MakeRaw(raw);
        changed = TerminalLibrary.TrySetState(descriptor, raw);
    }

    public static RawMode Enter(int descriptor) => new(descriptor);

    public void Dispose()
    {
        if (changed)
            TerminalLibrary.TrySetState(descriptor, before);
    }
}
