using System.Text;

namespace NodeForge;

/// <summary>One problem, told so that the reader can mend it without reading anything else.</summary>
/// <remarks>
/// The text form is <c>NF1004: what · where · got …, want … · how to mend it</c>. Parts that are not known are left out.
/// </remarks>
/// <param name="Code">The catalogue entry; it decides the exit code.</param>
/// <param name="What">What is wrong, in one sentence without a full stop.</param>
public record Diagnostic(ErrorCode Code, string What)
{
    /// <summary>What is wrong, in one sentence without a full stop. Here and in the other parts no address keeps a password.</summary>
    public string What
    {
        get;
        init => field = Printable.WithoutPasswords(value);
    } = Printable.WithoutPasswords(What);

    /// <summary>Where it is wrong: a position in a file, a URL, an archive entry, a digest.</summary>
    public Location? Where { get; init; }

    /// <summary>What was found.</summary>
    public string? Got
    {
        get;
        init => field = Shown(value);
    }

    /// <summary>What was asked for.</summary>
    public string? Want
    {
        get;
        init => field = Shown(value);
    }

    /// <summary>One command or one edit that mends it.</summary>
    public string? Hint
    {
        get;
        init => field = Shown(value);
    }

    public Severity Severity { get; init; } = Severity.Error;

    /// <summary><c>got …, want …</c>; null where neither is known.</summary>
    public string? GotAndWant =>
        (Got, Want) switch
        {
            (null, null) => null,
            (not null, not null) => $"got {Got}, want {Want}",
            (not null, null) => $"got {Got}",
            _ => $"want {Want}",
        };

    /// <summary>The text form on one line, control characters escaped.</summary>
    public sealed override string ToString()
    {
        StringBuilder text = new(Code.Id);
        text.Append(": ").Append(What);
        if (Where is not null)
            text.Append(" · ").Append(Where);
        if (GotAndWant is { } compared)
            text.Append(" · ").Append(compared);
        if (Hint is not null)
            text.Append(" · ").Append(Hint);
        return Printable.Escape(text.ToString());
    }

    private static string? Shown(string? text) => text is null ? null : Printable.WithoutPasswords(text);
}

/// <summary>How much a diagnostic weighs.</summary>
public enum Severity
{
    Error,
    Warning,
}
