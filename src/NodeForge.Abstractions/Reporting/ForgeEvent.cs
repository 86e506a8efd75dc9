namespace NodeForge;

/// <summary>Something that happened in the house.</summary>
public abstract record ForgeEvent;

/// <summary>A step of work began.</summary>
/// <param name="Id">Names the step in later events; unique within a command.</param>
/// <param name="Title">What is being done: "fetch kubelet", "configure bookworm".</param>
/// <param name="Total">How much there is to do, in bytes; null when not known.</param>
public sealed record StepStarted(int Id, string Title, long? Total) : ForgeEvent
{
    /// <summary>One of many that a larger step is made of: worth a bar while it runs, not a line when it ends well.</summary>
    public bool IsPart { get; init; }
}

/// <summary>A step went on.</summary>
/// <param name="Id">The step.</param>
/// <param name="Done">How much is done so far, in bytes.</param>
public sealed record StepAdvanced(int Id, long Done) : ForgeEvent;

/// <summary>A step ended well, or was found done.</summary>
/// <param name="Id">The step.</param>
/// <param name="Title">As at its start.</param>
/// <param name="Elapsed">Wall time.</param>
/// <param name="Detail">What came of it: "45 MiB", "cached".</param>
public sealed record StepFinished(int Id, string Title, TimeSpan Elapsed, string? Detail) : ForgeEvent
{
    /// <summary>As at its start.</summary>
    public bool IsPart { get; init; }
}

/// <summary>A step ended without its result; the exception tells why.</summary>
public sealed record StepFailed(int Id, string Title, TimeSpan Elapsed) : ForgeEvent;

/// <summary>Something that a person should know and that stops nothing.</summary>
public sealed record Warned(Diagnostic Diagnostic) : ForgeEvent;

/// <summary>A line of a program that a step runs; shown with -v.</summary>
public sealed record ProgramSaid(string Program, string Line) : ForgeEvent
{
    /// <summary>As it was said, without the passwords of addresses.</summary>
    public string Line
    {
        get;
        init => field = Printable.WithoutPasswords(value);
    } = Printable.WithoutPasswords(Line);
}
