using System.Globalization;

namespace NodeForge;

/// <summary>Where a problem is.</summary>
/// <param name="Resource">A path, a URL, an image reference.</param>
/// <param name="Line">1-based line in a text file.</param>
/// <param name="Column">1-based column in a text file.</param>
/// <param name="Detail">The place within the resource: an archive entry, a byte offset, a digest.</param>
public sealed record Location(string Resource, int? Line = null, int? Column = null, string? Detail = null)
{
    /// <summary>A path, a URL without a password, an image reference.</summary>
    public string Resource
    {
        get;
        init => field = Printable.WithoutPasswords(value);
    } = Printable.WithoutPasswords(Resource);

    /// <summary>The place within the resource: an archive entry, a byte offset, a digest.</summary>
    public string? Detail
    {
        get;
        init => field = Shown(value);
    } = Shown(Detail);

    /// <summary><c>file:line:col, detail</c></summary>
    public override string ToString()
    {
        string text = Resource;
        if (Line is { } line)
            text += ":" + line.ToString(CultureInfo.InvariantCulture);
        if (Column is { } column)
            text += ":" + column.ToString(CultureInfo.InvariantCulture);
        return Detail is null ? text : $"{text}, {Detail}";
    }

    private static string? Shown(string? text) => text is null ? null : Printable.WithoutPasswords(text);
}
