using NodeForge.Documents.Yaml;

namespace NodeForge.Matrices.Reading;

/// <summary>One value of each axis after another, less what is excluded, more what is included: the rules of the matrices of CI.</summary>
internal sealed class Expansion(DocumentFile file, IReadOnlyList<Axis> axes)
{
    /// <summary>More than five versions, four platforms and fifty recipes: what has more cells is a slip.</summary>
    public const int MostCells = 1000;

    private List<Combination> combinations = [];

    /// <summary>Every combination; empty, with a report, where they are too many.</summary>
    public void Multiply(YamlNode at)
    {
        long count = axes.Aggregate(1L, (product, axis) => Math.Min(product * axis.Values.Count, int.MaxValue));
        if (count > MostCells)
        {
            file.Report(ErrorCodes.MatrixTooLarge, at, "the matrix has too many cells", got: $"{count}", want: $"at most {MostCells}");
            return;
        }

        combinations = [new(new Dictionary<string, string>())];
        foreach (Axis axis in axes)
            combinations =
            [
                .. combinations.SelectMany(known => axis.Values.Select(value => known.With([KeyValuePair.Create(axis.Name, value)]))),
            ];
    }

    /// <summary>Takes out what has all values of an entry.</summary>
    public void Exclude(Selection entry)
    {
        if (combinations.RemoveAll(known => known.Fits(entry.Values)) == 0)
            file.Report(
                ErrorCodes.MatrixSelection,
                entry.At,
                "an exclude fits no combination",
                got: entry.ToString(),
                hint: "write the values as the axes have them, or leave it out"
            );
    }

    /// <summary>Gives what an entry has beside the axes to each combination that it fits; where it fits none, it is one more.</summary>
    public void Include(Selection entry)
    {
        KeyValuePair<string, string>[] ofAxes = [.. entry.Values.Where(value => axes.Any(axis => axis.Name == value.Key))];
        KeyValuePair<string, string>[] more = [.. entry.Values.Except(ofAxes)];
        bool fits = combinations.Exists(known => known.Fits(ofAxes));
        if (fits && more.Length > 0)
            combinations = [.. combinations.Select(known => known.Fits(ofAxes) ? known.With(more) : known)];
        else if (fits)
            file.Report(ErrorCodes.MatrixSelection, entry.At, "an include is among the combinations already", got: entry.ToString());
        else
            Add(entry);
    }

    public IReadOnlyList<Combination> Combinations => combinations;

    // What an entry leaves open takes every value of its axis where that is a recipe or a platform; a version is nobody's guess.
    private void Add(Selection entry)
    {
        List<Combination> added = [new(entry.Values)];
        foreach (Axis axis in axes.Where(axis => axis.Name is Combination.Recipe or Combination.Platform && !entry.Has(axis.Name)))
            added = [.. added.SelectMany(known => axis.Values.Select(value => known.With([KeyValuePair.Create(axis.Name, value)])))];
        if (combinations.Count + added.Count > MostCells)
            file.Report(ErrorCodes.MatrixTooLarge, entry.At, "the matrix has too many cells", want: $"at most {MostCells}");
        else
            combinations.AddRange(added);
    }
}

/// <summary>What is varied, and its values.</summary>
internal sealed record Axis(string Name, IReadOnlyList<string> Values);

/// <summary>An entry of exclude or include.</summary>
internal sealed record Selection(YamlNode At, IReadOnlyDictionary<string, string> Values)
{
    public bool Has(string name) => Values.ContainsKey(name);

    public override string ToString() => string.Join(", ", Values.Select(value => $"{value.Key}: {value.Value}"));
}
