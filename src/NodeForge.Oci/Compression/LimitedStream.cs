using NodeForge.Oci.Content;

namespace NodeForge.Oci.Compression;

/// <summary>Stops a decoder whose output passes its limits. It counts what comes out: what goes in says nothing.</summary>
internal sealed class LimitedStream(Stream decoded, PeekedStream compressed, string name, DecompressionLimits limits) : ReadOnlyStream
{
    private long count;

    public override int Read(Span<byte> buffer)
    {
        int read = decoded.Read(buffer);
        count += read;
        if (count > limits.MaximumBytes)
            throw TooLarge($"more than {limits.MaximumBytes} bytes", $"at most {limits.MaximumBytes}");
        if (count > limits.RatioFrom && count / limits.MaximumRatio > compressed.Count)
            throw TooLarge($"{count} bytes out of {compressed.Count}", $"at most {limits.MaximumRatio} for one");
        return read;
    }

    private NodeForgeException TooLarge(string got, string want) =>
        new(
            new Diagnostic(ErrorCodes.ArchiveTooLarge, "the content unpacks to more than it may")
            {
                Where = new(name),
                Got = got,
                Want = want,
                Hint = "check where the content comes from; raise the limit only if it is meant to be so large",
            }
        );

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            decoded.Dispose();
        base.Dispose(disposing);
    }
}
