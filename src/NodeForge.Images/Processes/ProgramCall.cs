namespace NodeForge.Images.Processes;

/// <summary>A program to run: no shell, each argument as it is.</summary>
/// <param name="Program">A name that is looked up in the absolute folders of PATH, or an absolute path.</param>
/// <param name="Arguments">Passed on without quoting.</param>
public sealed record ProgramCall(string Program, params IReadOnlyList<string> Arguments)
{
    /// <summary>Absolute; null: that of the host.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Whether the program sees nothing of the host's variables.</summary>
    public bool Hermetic { get; init; }

    /// <summary>Set on top of the host's variables, or alone; null takes a variable out.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>The Debian package that has the program; named when it is missing.</summary>
    public string? Package { get; init; }

    /// <summary>The most that is kept of each of the two outputs, in characters; of more, the end is kept.</summary>
    public int OutputLimit { get; init; } = 1 << 20;

    /// <summary>Takes the standard output as it comes; <see cref="ProgramResult.Output"/> is empty then. Null: it is collected and reported
    /// line by line.</summary>
    public Func<Stream, CancellationToken, Task>? Output { get; init; }

    /// <summary>Words that no message may show.</summary>
    public IReadOnlyList<string> Secrets { get; init; } = [];

    /// <summary>The command as a person would type it, secrets blanked.</summary>
    public override string ToString() => Blank(string.Join(' ', Arguments.Prepend(Program).Select(Quote)));

    internal string Blank(string text) =>
        Secrets
            .Where(secret => secret.Length > 0)
            .Aggregate(text, (shown, secret) => shown.Replace(secret, "***", StringComparison.Ordinal));

    private static string Quote(string word) =>
        word.Length > 0 && word.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:=,@+%".Contains(c, StringComparison.Ordinal))
            ? word
            : "'" + word.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
