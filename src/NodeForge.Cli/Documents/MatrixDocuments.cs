using System.Globalization;
using NodeForge.Cli.Rendering;
using NodeForge.Matrices.Planning;

namespace NodeForge.Cli.Documents;

/// <summary>What <c>matrix lock</c> prints: what moved, lock by lock.</summary>
internal sealed record MatrixLockDocument(IReadOnlyList<LockDocument> Locks) : Document
{
    public static MatrixLockDocument Of(MatrixLockOutcome outcome) => new([.. outcome.Locks.Select(LockDocument.Of)]);

    public override Page ToText() => Page.OfText(string.Join('\n', Locks.Select(each => each.Text.TrimEnd('\n'))));
}

/// <summary>What <c>matrix plan</c> prints: the cells, and the layers that several of them have.</summary>
internal sealed record MatrixPlanDocument(string Name, IReadOnlyList<PlannedCellItem> Cells, IReadOnlyList<SharedLayerItem> Shared)
    : Document
{
    public static MatrixPlanDocument Of(MatrixPlan plan) =>
        new(
            plan.Name,
            [.. plan.Cells.Select(PlannedCellItem.Of)],
            [.. plan.Shared.Select(layer => new SharedLayerItem(layer.Title, layer.Key.ToString(), layer.Bytes, layer.Cells))]
        );

    public override Page ToText()
    {
        int layers = Cells.Sum(cell => cell.Layers.Count);
        int once = Cells.Sum(cell => cell.Adds);
        Page text = Page.Of(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{Name}: {Quantity.Of(Cells.Count, "cell")}, {Quantity.Of(layers, "layer")}, {once} to make"
            )
        );
        Columns cells = new();
        foreach ((int number, PlannedCellItem cell) in Cells.Index())
            cells.Add(
                string.Create(CultureInfo.InvariantCulture, $"  {number}"),
                $"{cell.Image}:{cell.Platform}",
                string.Create(CultureInfo.InvariantCulture, $"{Quantity.Of(cell.Layers.Count, "layer")}, adds {cell.Adds}"),
                ByteCount.Show(cell.AddsBytes)
            );
        text.Rows(cells);
        if (Shared.Count > 0)
            text.Line("made once for several cells");
        Columns shared = new();
        foreach (SharedLayerItem layer in Shared)
            shared.Add(string.Create(CultureInfo.InvariantCulture, $"  {layer.Cells}"), layer.Title, ByteCount.Show(layer.Bytes));
        return text.Rows(shared);
    }
}

internal sealed record PlannedCellItem(
    string Image,
    string Platform,
    string Plan,
    int Adds,
    long AddsBytes,
    IReadOnlyList<PlannedLayerItem> Layers
)
{
    public static PlannedCellItem Of(PlannedCell cell) =>
        new(
            cell.Cell.Image.Name,
            cell.Cell.Platform.ToString(),
            cell.Plan.ToString(),
            cell.Added.Count(),
            cell.Added.Sum(layer => layer.Bytes),
            [.. cell.Layers.Select(layer => new PlannedLayerItem(layer.Title, layer.Key.ToString(), layer.Bytes, layer.Cells, layer.IsNew))]
        );
}

/// <param name="Bytes">Of the sources that it is made of.</param>
/// <param name="Cells">How many cells have it.</param>
/// <param name="New">Whether no cell before has it.</param>
internal sealed record PlannedLayerItem(string Title, string Key, long Bytes, int Cells, bool New);

internal sealed record SharedLayerItem(string Title, string Key, long Bytes, int Cells);

/// <summary>What <c>matrix build</c> prints: each image with its platforms, what went wrong beside what did not.</summary>
internal sealed record MatrixBuildDocument(bool Complete, IReadOnlyList<MatrixImageItem> Images) : Document
{
    public static MatrixBuildDocument Of(MatrixOutcome outcome) =>
        new(outcome.Failure is null, [.. outcome.Images.Select(MatrixImageItem.Of)]);

    public override Page ToText()
    {
        Page text = new();
        foreach (MatrixImageItem image in Images)
        {
            foreach (MatrixCellItem cell in image.Cells)
            {
                text.Line($"{cell.ImageId ?? "✗ not built"}  {image.Image} {cell.Platform}");
                Append(text, cell.Problems);
            }

            foreach (string output in image.Outputs)
                text.Line("-> " + output);
            Append(text, image.Problems);
        }

        return text;
    }

    private static void Append(Page text, IReadOnlyList<ErrorItem> problems)
    {
        foreach (ErrorItem problem in problems)
        {
            text.Line($"    {problem.Code}: {problem.What}{(problem.Where is { } where ? " · " + where.ToText() : "")}");
            if (problem.Got is not null || problem.Want is not null)
                text.Line($"      got {problem.Got ?? "-"}, want {problem.Want ?? "-"}");
            if (problem.Hint is not null)
                text.Line("      " + problem.Hint);
        }
    }
}

internal sealed record MatrixImageItem(
    string Image,
    IReadOnlyList<MatrixCellItem> Cells,
    IReadOnlyList<string> Outputs,
    IReadOnlyList<ErrorItem> Problems
)
{
    public static MatrixImageItem Of(MatrixImageOutcome outcome) =>
        new(outcome.Image.Name, [.. outcome.Cells.Select(MatrixCellItem.Of)], outcome.Outputs, [.. outcome.Problems.Select(ErrorItem.Of)]);
}

/// <param name="ImageId">Null where it could not be made.</param>
/// <param name="Seconds">How long it took.</param>
internal sealed record MatrixCellItem(string Platform, string? ImageId, double Seconds, IReadOnlyList<ErrorItem> Problems)
{
    public static MatrixCellItem Of(MatrixCellOutcome cell) =>
        new(
            cell.Platform.ToString(),
            cell.Image?.Id.ToString(),
            Math.Round(cell.Elapsed.TotalSeconds, 1),
            [.. cell.Problems.Select(ErrorItem.Of)]
        );
}

/// <summary>What <c>matrix emit</c> prints: what was written.</summary>
internal sealed record MatrixEmitDocument(IReadOnlyList<string> Files) : Document
{
    public override Page ToText() => Page.Of(Files);
}
