using System.Text.Json;
using System.Text.Json.Serialization;

namespace NodeForge.Cli.Rendering;

/// <summary>The one document that <c>-o json</c> prints when a command fails.</summary>
internal sealed record ErrorDocument(int SchemaVersion, IReadOnlyList<ErrorItem> Errors)
{
    public static string Text(IReadOnlyList<Diagnostic> diagnostics) => JsonSerializer.Serialize(
        new ErrorDocument(1, [.. diagnostics.Select(ErrorItem.Of)]), ErrorJson.Default.ErrorDocument);
}

internal sealed record ErrorItem(string Code, string What, ErrorPlace? Where, string? Got, string? Want, string? Mend)
{
    public static ErrorItem Of(Diagnostic diagnostic) => new(
        diagnostic.Code.Id, diagnostic.What,
        ErrorPlace.Of(diagnostic.Where),
        diagnostic.Got, diagnostic.Want, diagnostic.Mend);
}

internal sealed record ErrorPlace(string Resource, int? Line, int? Column, string? Detail)
{
    public static ErrorPlace? Of(Location? where) => where is null ? null : new(where.Resource, where.Line, where.Column, where.Detail);

    public string ToText() => new Location(Resource, Line, Column, Detail).ToString();
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ErrorDocument))]
internal sealed partial class ErrorJson : JsonSerializerContext;
