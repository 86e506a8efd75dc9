using System.Diagnostics.CodeAnalysis;

namespace NodeForge.Images.Fetching;

/// <summary>One attempt at one mirror came to nothing; <see cref="Download"/> decides what follows.</summary>
[SuppressMessage("Design", "CA1064", Justification = "Never leaves this folder: Download turns it into a NodeForgeException.")]
internal sealed class TransferFailure(Diagnostic diagnostic, Exception? inner = null) : Exception(diagnostic.ToString(), inner)
{
    public Diagnostic Diagnostic { get; } = diagnostic;

    /// <summary>Asking this mirror again is pointless.</summary>
    public bool Permanent { get; init; }

    /// <summary>What is on disk is of no use: begin at byte 0.</summary>
    public bool DropPartial { get; init; }

    /// <summary>The download was whole and wrong.</summary>
    public bool Mismatch { get; init; }

    /// <summary>The partial file was at fault, not the mirror: the same one again, at once.</summary>
    public bool Restart { get; init; }

    /// <summary>How long the server asks to be left alone.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
