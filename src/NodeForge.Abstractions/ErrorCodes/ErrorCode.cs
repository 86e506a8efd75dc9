namespace NodeForge;

/// <summary>An entry of the error catalogue: whatever code there is, is in it.</summary>
public sealed record ErrorCode
{
    private static readonly List<ErrorCode> Entries = [];

    internal ErrorCode(string id, ExitCode exitCode, string title, string remedy)
    {
        (Id, ExitCode, Title, Remedy) = (id, exitCode, title, remedy);
        Entries.Add(this);
    }

    /// <summary><c>NF</c> and four digits; the first digit is the stage.</summary>
    public string Id { get; }

    /// <summary>What a process that fails with it returns.</summary>
    public ExitCode ExitCode { get; }

    /// <summary>When it is raised, in one sentence.</summary>
    public string Title { get; }

    /// <summary>What the catalogue advises.</summary>
    public string Remedy { get; }

    internal static IReadOnlyList<ErrorCode> Defined => Entries;

    public override string ToString() => Id;
}
