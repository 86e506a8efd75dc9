using System.Globalization;

namespace NodeForge;

/// <summary>Numbers of things as people read them.</summary>
public static class Quantity
{
    /// <summary>A number and its noun: <c>1 layer</c>, <c>2 layers</c>.</summary>
    /// <param name="one">The noun of one thing.</param>
    /// <param name="many">The noun of several, where it is not the other with an s.</param>
    public static string Of(long number, string one, string? many = null) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {(number == 1 ? one : many ?? one + "s")}");
}
