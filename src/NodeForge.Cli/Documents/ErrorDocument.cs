namespace NodeForge.Cli.Documents;

/// <summary>The one document that <c>-o json</c> prints when a command fails.</summary>
internal sealed record ErrorDocument(IReadOnlyList<ErrorItem> Errors) : Document
{
    public static ErrorDocument Of(IReadOnlyList<Diagnostic> diagnostics) => new([.. diagnostics.Select(ErrorItem.Of)]);
}

internal sealed record ErrorItem(string Code, string What, ErrorPlace? Where, string? Got, string? Want, string? Hint)
{
    public static ErrorItem Of(Diagnostic diagnostic) =>
        new(diagnostic.Code.Id, diagnostic.What, ErrorPlace.Of(diagnostic.Where), diagnostic.Got, diagnostic.Want, diagnostic.Hint);
}

internal sealed record ErrorPlace(string Resource, int? Line, int? Column, string? Detail)
{
    public static ErrorPlace? Of(Location? where) => where is null ? null : new(where.Resource, where.Line, where.Column, where.Detail);

    public string ToText() => new Location(Resource, Line, Column, Detail).ToString();
}
