using System.Text.Json;
using System.Text.Json.Nodes;

namespace NodeForge.Clusters;

/// <summary>What the API server answered.</summary>
internal sealed record ApiAnswer(int Status, string Text)
{
    public bool Succeeded => Status is >= 200 and < 300;

    public JsonNode? Json => JsonNode.Parse(Text);

    /// <summary>The server's words in a Status object, or what came in its place.</summary>
    public string Message
    {
        get
        {
            try
            {
                return (string?)Json?["message"] ?? Text;
            }
            catch (Exception other) when (other is JsonException or InvalidOperationException)
            {
                return Text;
            }
        }
    }

    /// <summary>Fails unless the call succeeded or ended with one of the statuses named.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ApiRefused"/>.</exception>
    public ApiAnswer Accept(string what, params int[] statuses) => Succeeded || statuses.Contains(Status)
        ? this
        : throw new NodeForgeException(new Diagnostic(ErrorCodes.ApiRefused, "the API server refused a call") { Where = new(what), Got = $"{Status}: {Message}" });
}
