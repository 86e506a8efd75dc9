namespace NodeForge;

/// <summary>The one exception that the libraries throw for everything a user can cause or meet.</summary>
/// <remarks>Anything else that escapes is a bug. Front ends print <see cref="Diagnostics"/> once and exit with
/// <see cref="ExitCode"/>.</remarks>
public sealed class NodeForgeException : Exception
{
    public NodeForgeException(Diagnostic diagnostic, Exception? inner = null)
        : this([diagnostic], inner) { }

    /// <param name="diagnostics">Every problem found, in the order of the text; at least one.</param>
    /// <param name="inner">What the system said.</param>
    public NodeForgeException(IReadOnlyList<Diagnostic> diagnostics, Exception? inner = null)
        : base(string.Join(Environment.NewLine, diagnostics), inner)
    {
        ArgumentOutOfRangeException.ThrowIfZero(diagnostics.Count);
        Diagnostics = diagnostics;
    }

    public IReadOnlyList<Diagnostic> Diagnostics { get; }

    /// <summary>Whether the first error is one of these.</summary>
    public bool Is(params ReadOnlySpan<ErrorCode> codes)
    {
        foreach (ErrorCode code in codes)
        {
            if (Diagnostics[0].Code == code)
                return true;
        }

        return false;
    }

    /// <summary>The exit code of the first error; a front end's process ends with it.</summary>
    public ExitCode ExitCode => Diagnostics[0].Code.ExitCode;
}
