using System.Text;

namespace NodeForge.Cli.Rendering;

/// <summary>Standard output, through which no control character passes but the end of a line and a tab. Whole documents of JSON have
/// none.</summary>
internal sealed class PrintableWriter(TextWriter inner) : TextWriter(inner.FormatProvider)
{
    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => Write(new ReadOnlySpan<char>(in value));

    public override void Write(string? value) => Write(value.AsSpan());

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(ReadOnlySpan<char> buffer)
    {
        while (!buffer.IsEmpty)
        {
            int plain = buffer.IndexOfAny('\n', '\t');
            ReadOnlySpan<char> part = plain < 0 ? buffer : buffer[..plain];
            inner.Write(Printable.Escape(part.ToString()));
            if (plain >= 0)
                inner.Write(buffer[plain]);
            buffer = plain < 0 ? default : buffer[(plain + 1)..];
        }
    }

    public override void WriteLine(string? value) => Write(value + NewLine);

    public override void Flush() => inner.Flush();

    public override Task FlushAsync() => inner.FlushAsync();
}
