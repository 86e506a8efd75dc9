using System.Globalization;

namespace NodeForge.Images.Locking;

/// <summary>SOURCE_DATE_EPOCH (reproducible-builds.org's specification).</summary>
internal static class LockEpoch
{
    private const long Most = 253_402_300_799; // 9999-12-31T23:59:59Z

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.InvalidEpoch"/>.</exception>
    public static long? Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) && seconds <= Most)
            return seconds;
        throw new NodeForgeException(
            new Diagnostic(ErrorCodes.InvalidEpoch, "SOURCE_DATE_EPOCH is no time")
            {
                Got = text,
                Want = "whole seconds since 1970",
                Hint = "unset it, or set it to $(git log -1 --format=%ct)",
            }
        );
    }
}
