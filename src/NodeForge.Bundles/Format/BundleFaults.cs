namespace NodeForge.Bundles.Format;

/// <summary>What can be wrong with a bundle, in the house's words.</summary>
internal static class BundleFaults
{
    public static NodeForgeException NotABundle(string where) =>
        new(
            new Diagnostic(ErrorCodes.NotABundle, "this is no bundle")
            {
                Where = new(where),
                Hint = "name a file that nodeforge bundle create wrote",
            }
        );

    public static NodeForgeException UnknownVersion(string where, int got, int want) =>
        new(
            new Diagnostic(ErrorCodes.BundleVersionUnknown, "the bundle is of a version that this program does not read")
            {
                Where = new(where),
                Got = $"version {got}",
                Want = $"version {want}",
                Hint = "use a nodeforge as new as the one that made it",
            }
        );

    public static NodeForgeException HeaderDamaged(string where) =>
        new(
            new Diagnostic(ErrorCodes.BundleHeaderDamaged, "the volume's header is damaged")
            {
                Where = new(where, Detail: "bytes 0 to 255"),
                Hint = CopyAgain(where),
            }
        );

    public static NodeForgeException Cut(string where, string got, string? want) =>
        new(
            new Diagnostic(ErrorCodes.BundleVolumeCut, "the volume does not end where it should")
            {
                Where = new(where),
                Got = got,
                Want = want,
                Hint = CopyAgain(where),
            }
        );

    public static Diagnostic DirectoryDamaged(string where, long offset) =>
        new(ErrorCodes.BundleDirectoryDamaged, "the volume's directory is damaged")
        {
            Where = new(where, Detail: $"from byte {offset} on"),
            Hint = CopyAgain(where),
        };

    public static Diagnostic RecordDamaged(string where, long offset, long length, string blob) =>
        new(ErrorCodes.BundleRecordDamaged, "a stretch of the volume is damaged")
        {
            Where = new(where, Detail: $"bytes {offset} to {offset + length - 1}, {blob}"),
            Hint = CopyAgain(where),
        };

    public static Diagnostic Lost(string where, long offset) =>
        new(ErrorCodes.BundleRecordDamaged, "a stretch of the volume is damaged")
        {
            Where = new(where, Detail: $"from byte {offset} on, and nothing behind it can be told apart"),
            Hint = CopyAgain(where),
        };

    public static Diagnostic Missing(string where, int number, int count) =>
        new(ErrorCodes.BundleVolumeMissing, "a volume is not there")
        {
            Where = new(where),
            Want = $"volume {number} of {count}",
            Hint = $"copy {Path.GetFileName(where)} beside the others",
        };

    public static Diagnostic Foreign(string where, string got, string want) =>
        new(ErrorCodes.BundleVolumeForeign, "the volume is of another bundle, or of the same one cut in another way")
        {
            Where = new(where),
            Got = got,
            Want = want,
            Hint = CopyAgain(where),
        };

    public static Diagnostic Misplaced(string where, int got, int want, int count) =>
        new(ErrorCodes.BundleVolumeMisplaced, "the volume lies under the name of another one")
        {
            Where = new(where),
            Got = $"volume {got} of {count}",
            Want = $"volume {want}",
            Hint = $"copy {Path.GetFileName(where)} again, or give each volume the name of its number",
        };

    public static NodeForgeException Invalid(string where, string what, string? got, string? want) =>
        new(
            new Diagnostic(ErrorCodes.BundleInvalid, what)
            {
                Where = new(where),
                Got = got,
                Want = want,
                Hint = ErrorCodes.BundleInvalid.Remedy,
            }
        );

    public static NodeForgeException IsDelta(string where, BundleDelta delta) =>
        new(
            new Diagnostic(ErrorCodes.BundleIsDelta, "this is a delta: it carries only what another bundle lacks")
            {
                Where = new(where),
                Want = $"the bundle with the index {delta.Base}",
                Hint = $"make the whole bundle first: nodeforge bundle apply OLD {Path.GetFileName(where)} --output NEW",
            }
        );

    public static NodeForgeException IsNoDelta(string where) =>
        new(
            new Diagnostic(ErrorCodes.BundleIsNoDelta, "this is a whole bundle, and no delta")
            {
                Where = new(where),
                Hint = "use it as it is; the first argument is the bundle that is there, deltas come after it",
            }
        );

    private static string CopyAgain(string where) => $"copy {Path.GetFileName(where)} again; no other volume is wrong by this";
}
