using NodeForge.Cli.Rendering;
using NodeForge.Matrices.Emission;

namespace NodeForge.Cli.Documents;

/// <summary>What <c>matrix status</c> prints: each cell, then the Job that writes the images.</summary>
internal sealed record MatrixStatusDocument(bool Complete, string Images, IReadOnlyList<CellStatusItem> Cells) : Document
{
    public static MatrixStatusDocument Of(MatrixStatus status) =>
        new(
            status.IsComplete,
            Word(status.Images),
            [.. status.Cells.Select(cell => new CellStatusItem(cell.Cell.Image.Name, cell.Cell.Platform.ToString(), Word(cell.State)))]
        );

    public override Page ToText()
    {
        Page text = new();
        Columns cells = new();
        foreach (CellStatusItem cell in Cells)
            cells.Add(cell.State, $"{cell.Image}:{cell.Platform}");
        return text.Rows(cells)
            .Line($"{Cells.Count(cell => cell.State == Word(JobState.Complete))} of {Quantity.Of(Cells.Count, "cell")}; images {Images}");
    }

    private static string Word(JobState state) =>
        state switch
        {
            JobState.Waiting => "waiting",
            JobState.Running => "running",
            JobState.Failed => "failed",
            _ => "complete",
        };
}

internal sealed record CellStatusItem(string Image, string Platform, string State);
