namespace NodeForge.Bundles.Deltas;

/// <summary>What is wrong with a delta.</summary>
internal static class DeltaFaults
{
    public static NodeForgeException Unreadable(string where, string what, string? got) =>
        Of(ErrorCodes.DeltaUnreadable, where, what, got, null);

    public static NodeForgeException Damaged(string where, long at, string what) =>
        Of(ErrorCodes.DeltaDamaged, where + FormattableString.Invariant($", byte {at}"), what, null, null);

    public static NodeForgeException OtherBase(string where, string got, string want) =>
        Of(ErrorCodes.DeltaOfOtherFile, where, "the delta is of another file than the one at hand", got, want);

    public static NodeForgeException WrongContent(string where, string got, string want) =>
        Of(ErrorCodes.DigestMismatch, where, "the content is not what its digest says", got, want);

    private static NodeForgeException Of(ErrorCode code, string where, string what, string? got, string? want) =>
        new(
            new Diagnostic(code, what)
            {
                Where = new(where),
                Got = got,
                Want = want,
                Hint = code.Remedy,
            }
        );
}
