namespace NodeForge.Oci.Content;

/// <summary>What streams that only give bytes, forwards, have in common.</summary>
public abstract class ReadOnlyStream : SequentialStream
{
    public override bool CanRead => true;

    public override bool CanWrite => false;

    public abstract override int Read(Span<byte> buffer);
}
