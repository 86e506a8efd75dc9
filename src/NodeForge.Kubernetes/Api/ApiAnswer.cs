using System.Text.Json;
using System.Text.Json.Nodes;

namespace NodeForge.Kubernetes.Api;

/// <summary>What the API server answered.</summary>
public sealed record ApiAnswer(int Status, string Text)
{
    public bool Succeeded => Status is >= 200 and < 300;

    /// <exception cref="JsonException">It is no JSON.</exception>
    public JsonNode? Json => JsonNode.Parse(Text, documentOptions: new() { AllowDuplicateProperties = false });

    /// <summary>Takes something out of an answer's document, which a node that is not trusted may have written.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ApiAnswerInvalid"/>.</exception>
    public static T Take<T>(string what, Func<T> take)
    {
        try
        {
            return take();
        }
        catch (Exception wrong)
            when (wrong is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or ArgumentException)
        {
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.ApiAnswerInvalid, "the API server's answer is not what its API promises")
                {
                    Where = new(what),
                    Got = wrong.Message,
                    Hint = "see what runs in the control plane: nodeforge export logs",
                },
                wrong
            );
        }
    }

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
    public ApiAnswer Accept(string what, params int[] statuses) =>
        Succeeded || statuses.Contains(Status)
            ? this
            : throw new NodeForgeException(
                new Diagnostic(ErrorCodes.ApiRefused, "the API server refused a call") { Where = new(what), Got = $"{Status}: {Message}" }
            );
}
