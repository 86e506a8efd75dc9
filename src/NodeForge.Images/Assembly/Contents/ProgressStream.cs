using NodeForge.Oci.Content;

namespace NodeForge.Images.Assembly.Contents;

/// <summary>Tells a step of every byte that is read.</summary>
internal sealed class ProgressStream(Stream inner, ForgeStep step) : ReadOnlyStream
{
    public override int Read(Span<byte> buffer)
    {
        int read = inner.Read(buffer);
        step.Advance(read);
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }
}
