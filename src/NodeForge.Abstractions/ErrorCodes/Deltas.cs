namespace NodeForge;

public static partial class ErrorCodes
{
    public static readonly ErrorCode DeltaUnreadable = new(
        "NF6460",
        ExitCode.Verification,
        "A file is no delta, or one of a form that is not known here.",
        "Get the delta again, or apply it with the version of nodeforge that made it."
    );

    public static readonly ErrorCode DeltaDamaged = new(
        "NF6461",
        ExitCode.Verification,
        "A delta is damaged: a block is not what its digest says, ends early, or does what no delta does.",
        "Copy the delta again."
    );

    public static readonly ErrorCode DeltaOfOtherFile = new(
        "NF6462",
        ExitCode.Verification,
        "A delta is of another file than the one that it is applied to.",
        "Apply it to the file whose digest it names, or carry the new file whole."
    );
}
