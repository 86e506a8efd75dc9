namespace NodeForge.Engines.Containers;

/// <summary>What a program in a container is joined to.</summary>
/// <param name="Input">Its standard input; the stream's end is the input's.</param>
/// <param name="Output">Takes its standard output, and everything where there is a terminal.</param>
/// <param name="Errors">Takes its standard error.</param>
public sealed record ExecStreams(Stream Input, Stream Output, Stream Errors)
{
    /// <summary>The sizes of the terminal behind the streams, the present one at once and then each new one; null where there is no
    /// terminal.</summary>
    public IAsyncEnumerable<TerminalSize>? Terminal { get; init; }
}

/// <summary>How large a terminal is, in characters.</summary>
public readonly record struct TerminalSize(int Columns, int Rows);
