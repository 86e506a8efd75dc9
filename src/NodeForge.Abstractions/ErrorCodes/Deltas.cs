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

    public static readonly ErrorCode DeltaBaseMissing = new(
        "NF6463",
        ExitCode.Verification,
        "A delta is of another bundle than the one that is there, and no other delta leads to it.",
        "Carry the deltas between the two as well, or make one with bundle create --base and the inventory of the bundle that is there."
    );

    public static readonly ErrorCode DeltaOfOtherEncoder = new(
        "NF6464",
        ExitCode.Verification,
        "The bundle that a delta makes is compressed by another encoder than this program has: the same bytes would not come out.",
        "Apply it with the nodeforge that made the delta; the message names the encoder."
    );

    public static readonly ErrorCode InventoryUnreadable = new(
        "NF6465",
        ExitCode.Usage,
        "An inventory cannot be read, or was copied with an error.",
        "Copy it again, to its last line; nodeforge bundle inventory FILE writes it."
    );
}
