namespace NodeForge;

public static partial class ErrorCodes
{
    public static readonly ErrorCode ProgramFailed = new(
        "NF4011",
        ExitCode.BuildStep,
        "A program that a step runs ended with an error.",
        "The last lines of what it said are in the message; -v shows them all."
    );

    public static readonly ErrorCode ProgramNotStarted = new(
        "NF4012",
        ExitCode.Environment,
        "A program that a step needs is there but could not be started.",
        "Fix its rights; the message has what the system said."
    );

    public static readonly ErrorCode ProgramOutputTooLong = new(
        "NF4013",
        ExitCode.BuildStep,
        "A program said more than its reader can hold, so that its answer is not whole.",
        "Run the command of the message by hand and see why it says so much."
    );
}
