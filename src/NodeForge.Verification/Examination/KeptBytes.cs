namespace NodeForge.Verification.Examination;

/// <summary>Bounds what is kept of an image's contents, all layers together: the image's author does not decide over this machine's
/// memory.</summary>
internal sealed class KeptBytes
{
    private const long Most = 128L << 20;
    private long kept;

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ImageTreeTooLarge"/>.</exception>
    public byte[] Rent(int length) =>
        Interlocked.Add(ref kept, length) <= Most
            ? new byte[length]
            : throw new NodeForgeException(
                new Diagnostic(ErrorCodes.ImageTreeTooLarge, "the image has more settings, records and documents than are held in memory")
                {
                    Want = $"at most {Most} bytes",
                    Hint = ErrorCodes.ImageTreeTooLarge.Remedy,
                }
            );
}
