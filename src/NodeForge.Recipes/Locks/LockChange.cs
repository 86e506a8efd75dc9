namespace NodeForge.Recipes.Locks;

/// <summary>One thing that two locks have differently.</summary>
/// <param name="Recipe">The part's recipe; empty for what belongs to the lock as a whole.</param>
/// <param name="Platform">The part's platform; empty likewise.</param>
/// <param name="Kind">lock, part, package, file, image or output.</param>
/// <param name="Name">The package, the file, the reference; empty for a part and its output.</param>
/// <param name="Before">What the earlier lock has; null where it has none.</param>
/// <param name="After">What the later lock has; null where it has none.</param>
public sealed record LockChange(string Recipe, string Platform, string Kind, string Name, string? Before, string? After)
{
    /// <summary><c>package containerd 1.6.20 -> 1.6.24</c></summary>
    public override string ToString() =>
        Printable.Escape(
            (Before, After) switch
            {
                (null, _) => $"+ {What} {After}",
                (_, null) => $"- {What} {Before}",
                _ => $"~ {What} {Before} -> {After}",
            }
        );

    private string What => Name.Length == 0 ? Kind : $"{Kind} {Name}";
}
