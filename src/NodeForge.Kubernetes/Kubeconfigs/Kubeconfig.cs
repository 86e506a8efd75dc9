using System.Text;
using System.Text.Json.Nodes;
using NodeForge.Kubernetes.Certificates;

namespace NodeForge.Kubernetes.Kubeconfigs;

/// <summary>What a client needs to reach a cluster.</summary>
public sealed record Kubeconfig
{
    public Kubeconfig(string cluster, Uri server, string authority, KeyPair client) =>
        (Cluster, Server, Authority, Client) = (cluster, server, authority, client);

    /// <summary>The cluster's name.</summary>
    public string Cluster { get; }

    public Uri Server { get; }

    /// <summary>The name of context, cluster and user, as kind has it.</summary>
    public string Context => "kind-" + Cluster;

    public string Authority { get; }

    public KeyPair Client { get; }

    /// <summary>A file of its own with this one context.</summary>
    public string ToYaml() => Document(Context, Server.OriginalString, Authority, Context, Client, Context);

    public static string Document(string cluster, string server, string authority, string user, KeyPair client, string? context = null) =>
        Text(
            cluster,
            server,
            authority,
            user,
            $"client-certificate-data: {Base64(client.Certificate)}\n    client-key-data: {Base64(client.Key)}",
            context
        );

    public static string Document(string cluster, string server, string authority, string user, string certificateFile) =>
        Text(cluster, server, authority, user, $"client-certificate: {certificateFile}\n    client-key: {certificateFile}", null);

    public static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static readonly string[] Words = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];

    // A cluster may be called 123 or true, which YAML takes for something else; where it cannot, names stand as kubectl writes them.
    private static string Scalar(string name) =>
        name.Length > 0
        && char.IsAsciiLetter(name[0])
        && !name.EndsWith(':')
        && name.All(IsPlain)
        && !Words.Contains(name, StringComparer.OrdinalIgnoreCase)
            ? name
            : JsonValue.Create(name).ToJsonString();

    private static bool IsPlain(char character) =>
        char.IsAsciiLetterOrDigit(character) || character is '-' or '.' or '_' or '@' or ':' or '/';

    private static string Text(string cluster, string server, string authority, string user, string credentials, string? context)
    {
        string name = Scalar(context ?? $"{user}@{cluster}");
        return $"""
            apiVersion: v1
            kind: Config
            clusters:
            - name: {Scalar(cluster)}
              cluster:
                certificate-authority-data: {Base64(authority)}
                server: {server}
            contexts:
            - name: {name}
              context:
                cluster: {Scalar(cluster)}
                user: {Scalar(user)}
            current-context: {name}
            preferences: {"{}"}
            users:
            - name: {Scalar(user)}
              user:
                {credentials}

            """;
    }
}
