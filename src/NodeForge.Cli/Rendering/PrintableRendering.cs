using Spectre.Console;
using Spectre.Console.Rendering;

namespace NodeForge.Cli.Rendering;

/// <summary>Standard error, through which no control character passes but those that Spectre draws with: whatever is printed there, and
/// however, is rendered here. The titles of running bars, which are drawn beside, are
/// escaped where they are set.</summary>
internal sealed class PrintableRendering : IRenderHook
{
    public IEnumerable<IRenderable> Process(RenderOptions options, IEnumerable<IRenderable> renderables) =>
        renderables.Select(renderable => new Escaped(renderable));

    private sealed class Escaped(IRenderable inner) : IRenderable
    {
        public Measurement Measure(RenderOptions options, int maxWidth) => inner.Measure(options, maxWidth);

        public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) => inner.Render(options, maxWidth).Select(Escape);

        private static Segment Escape(Segment segment)
        {
            if (segment.IsControlCode || segment.IsLineBreak)
                return segment;
            string safe = Printable.Escape(segment.Text);
            return safe == segment.Text ? segment : new(safe, segment.Style);
        }
    }
}
