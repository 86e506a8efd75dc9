using NodeForge.Oci.Content;

namespace NodeForge.Oci.Layers;

/// <summary>Contents one after the other: an archive inside a layer, which so never lies on the disk by itself.</summary>
public sealed record JoinedContent(IReadOnlyList<LayerContent> Parts) : LayerContent
{
    public override Stream Open() => new JoinedStream(Parts);

    private sealed class JoinedStream(IReadOnlyList<LayerContent> parts) : ReadOnlyStream
    {
        private Stream? open;
        private int next;

        public override int Read(Span<byte> buffer)
        {
            while (!buffer.IsEmpty)
            {
                if (open is null && next == parts.Count)
                    return 0;
                open ??= parts[next++].Open();
                if (open.Read(buffer) is > 0 and int read)
                    return read;
                open.Dispose();
                open = null;
            }

            return 0;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                open?.Dispose();
            base.Dispose(disposing);
        }
    }
}
