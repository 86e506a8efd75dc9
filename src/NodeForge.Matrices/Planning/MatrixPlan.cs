using NodeForge.Images.Planning;
using NodeForge.Oci;

namespace NodeForge.Matrices.Planning;

/// <summary>What building a matrix would do: the layers of each cell, and which of them are made once for several.</summary>
/// <param name="Name">The matrix's.</param>
/// <param name="Cells">In the order of the matrix.</param>
public sealed record MatrixPlan(string Name, IReadOnlyList<PlannedCell> Cells)
{
    /// <summary>The layers of more than one cell, those of most cells first.</summary>
    public IReadOnlyList<SharedLayer> Shared { get; private init; } = [];

    /// <param name="name">The matrix's.</param>
    /// <param name="plans">One for each cell, in the order of the matrix.</param>
    public static MatrixPlan Of(string name, IReadOnlyList<(MatrixCell Cell, ImagePlan Plan)> plans)
    {
        (MatrixCell Cell, ImagePlan Plan, IReadOnlyList<PlannedLayer> Layers)[] planned =
        [
            .. plans.Select(plan => (plan.Cell, plan.Plan, PlannedLayers.Of(plan.Plan))),
        ];
        Dictionary<Digest, int> uses = planned
            .SelectMany(cell => cell.Layers.Select(layer => layer.Key).Distinct())
            .CountBy(key => key)
            .ToDictionary();
        HashSet<Digest> seen = [];
        List<PlannedCell> cells = [];
        foreach ((MatrixCell cell, ImagePlan plan, IReadOnlyList<PlannedLayer> layers) in planned)
            cells.Add(
                new(
                    cell,
                    plan.Digest,
                    [.. layers.Select(layer => new MatrixLayer(layer.Title, layer.Key, layer.Bytes, uses[layer.Key], seen.Add(layer.Key)))]
                )
            );
        return new(name, cells)
        {
            Shared =
            [
                .. cells
                    .SelectMany(cell => cell.Layers)
                    .Where(layer => layer.Cells > 1)
                    .DistinctBy(layer => layer.Key)
                    .OrderByDescending(layer => layer.Cells)
                    .Select(layer => new SharedLayer(layer.Title, layer.Key, layer.Bytes, layer.Cells)),
            ],
        };
    }
}

/// <summary>One cell of a plan.</summary>
/// <param name="Cell">Which.</param>
/// <param name="Plan">The digest that names its build.</param>
/// <param name="Layers">Bottom first.</param>
public sealed record PlannedCell(MatrixCell Cell, Digest Plan, IReadOnlyList<MatrixLayer> Layers)
{
    /// <summary>The layers that no cell before it has.</summary>
    public IEnumerable<MatrixLayer> Added => Layers.Where(layer => layer.IsNew);
}

/// <summary>A layer of a cell.</summary>
/// <param name="Title">As in the image.</param>
/// <param name="Key">Over what decides its bits.</param>
/// <param name="Bytes">Of the sources that it is made of.</param>
/// <param name="Cells">How many cells have it.</param>
/// <param name="IsNew">Whether no cell before this one has it.</param>
public sealed record MatrixLayer(string Title, Digest Key, long Bytes, int Cells, bool IsNew);

/// <summary>A layer of several cells.</summary>
public sealed record SharedLayer(string Title, Digest Key, long Bytes, int Cells);
