using NodeForge.Images.Fetching;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace NodeForge.Cli.Rendering;

/// <summary>How many bytes of how many; nothing for a step that is not counted in bytes.</summary>
internal sealed class BytesColumn : ProgressColumn
{
    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) =>
        task.IsIndeterminate ? Text.Empty : new Text($"{ByteCount.Show((long)task.Value)} of {ByteCount.Show((long)task.MaxValue)}");
}
