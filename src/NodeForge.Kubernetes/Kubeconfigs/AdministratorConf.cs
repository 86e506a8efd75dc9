using System.Text;
using System.Text.Json.Nodes;
using NodeForge.Documents.Yaml;

namespace NodeForge.Kubernetes.Kubeconfigs;

/// <summary>Reads the administrator's kubeconfig that kubeadm, kind or we left in a control plane.</summary>
public static class AdministratorConf
{
    public static Kubeconfig Read(string cluster, Uri server, string text)
    {
        try
        {
            JsonNode? file = string.IsNullOrWhiteSpace(text) ? null : YamlDocument.Read(text);
            JsonObject? user = First(file, "users")?["user"] as JsonObject;
            return new(
                cluster,
                server,
                Decoded(First(file, "clusters")?["cluster"] as JsonObject, "certificate-authority-data"),
                new(Decoded(user, "client-certificate-data"), Decoded(user, "client-key-data"))
            );
        }
        catch (Exception wrong)
            when (wrong is FormatException or InvalidOperationException
                || (wrong is NodeForgeException known && !known.Is(ErrorCodes.KubeconfigInvalid))
            )
        {
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.KubeconfigInvalid, "the node's administrator configuration cannot be read")
                {
                    Where = new(Place),
                    Got = wrong.Message,
                    Hint = Hint,
                },
                wrong
            );
        }
    }

    private const string Place = "/etc/kubernetes/admin.conf";
    private const string Hint = "run kubeadm init phase kubeconfig admin in the node";

    private static JsonObject? First(JsonNode? file, string list) =>
        ((file as JsonObject)?[list] as JsonArray ?? []).FirstOrDefault() as JsonObject;

    private static string Decoded(JsonObject? mapping, string key) =>
        (string?)mapping?[key] is { } data
            ? Encoding.UTF8.GetString(Convert.FromBase64String(data))
            : throw new NodeForgeException(
                new Diagnostic(ErrorCodes.KubeconfigInvalid, "the node's administrator configuration lacks a part")
                {
                    Where = new(Place),
                    Want = key,
                    Hint = Hint,
                }
            );
}
