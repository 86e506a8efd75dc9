using NodeForge.Documents;
using NodeForge.Matrices;

namespace NodeForge;

/// <summary>Which cells of a matrix are meant.</summary>
internal static class MatrixCells
{
    /// <param name="matrix">Has them.</param>
    /// <param name="names">As a cell is written, or its number in the matrix from 0, as an Indexed Job knows it; none for all.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.MatrixCellUnknown"/>.</exception>
    public static IReadOnlyList<MatrixCell> Chosen(Matrix matrix, IReadOnlyList<string> names)
    {
        IReadOnlyList<MatrixCell> cells = matrix.Cells;
        if (names.Count == 0)
            return cells;
        HashSet<int> chosen = [];
        foreach (string name in names)
        {
            int at = cells.Select(cell => cell.ToString()).ToList().IndexOf(name);
            if (at < 0 && int.TryParse(name, System.Globalization.NumberStyles.None, null, out int number) && number < cells.Count)
                at = number;
            chosen.Add(at >= 0 ? at : throw Unknown(matrix, cells, name));
        }

        return [.. chosen.Order().Select(at => cells[at])];
    }

    private static NodeForgeException Unknown(Matrix matrix, IReadOnlyList<MatrixCell> cells, string name) =>
        new(
            new Diagnostic(ErrorCodes.MatrixCellUnknown, "the matrix has no such cell")
            {
                Where = new(matrix.File),
                Got = name,
                Want = $"IMAGE:PLATFORM, or a number from 0 to {cells.Count - 1}",
                Hint = DidYouMean.Nearest(name, cells.Select(cell => cell.ToString())) is { } near
                    ? $"did you mean {near}?"
                    : "see nodeforge matrix plan",
            }
        );
}
