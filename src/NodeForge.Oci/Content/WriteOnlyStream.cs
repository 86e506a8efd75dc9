namespace NodeForge.Oci.Content;

/// <summary>What streams that only take bytes have in common.</summary>
public abstract class WriteOnlyStream : SequentialStream
{
    public override bool CanRead => false;

    public override bool CanWrite => true;

    public abstract override void Write(ReadOnlySpan<byte> buffer);
}
