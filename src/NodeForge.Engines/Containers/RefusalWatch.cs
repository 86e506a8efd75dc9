using System.Text;
using NodeForge.Oci.Content;

namespace NodeForge.Engines.Containers;

/// <summary>Passes a program's output on, and holds back what may be the engine's own words in its place: Docker says on the program's
/// output that there is none.</summary>
internal sealed class RefusalWatch(Stream output) : WriteOnlyStream
{
    // A line or two; a program that begins with these words and goes on has its output passed on like any other.
    private const int Longest = 4096;

    private static readonly byte[] Words = "OCI runtime exec failed: "u8.ToArray();

    private readonly MemoryStream held = new();
    private bool passing;

    /// <summary>What is held back, if it is the engine's words whole.</summary>
    public string? Held => !passing && held.Length >= Words.Length ? Encoding.UTF8.GetString(held.ToArray()) : null;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!passing)
        {
            held.Write(buffer.Span);
            if (MayBeRefusal())
                return;
            await ReleaseAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        await output.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
    }

    public override void Write(ReadOnlySpan<byte> buffer) => throw new NotSupportedException();

    /// <summary>Passes on what was held back, and from then on everything.</summary>
    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        passing = true;
        await output.WriteAsync(held.ToArray(), cancellationToken).ConfigureAwait(false);
        held.SetLength(0);
    }

    private bool MayBeRefusal()
    {
        ReadOnlySpan<byte> said = held.GetBuffer().AsSpan(0, (int)held.Length);
        int compared = Math.Min(said.Length, Words.Length);
        return said.Length <= Longest && said[..compared].SequenceEqual(Words.AsSpan(0, compared));
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            held.Dispose();
        base.Dispose(disposing);
    }
}
