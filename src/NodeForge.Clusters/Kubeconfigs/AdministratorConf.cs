using System.Text;
using System.Text.Json.Nodes;

namespace NodeForge.Clusters;

/// <summary>Reads the administrator's kubeconfig that kubeadm, kind or we left in a control plane.</summary>
internal static class AdministratorConf
{
    public static Kubeconfig Read(string cluster, Uri server, string text)
    {
        JsonNode? file = YamlDocument.Read(text);
        JsonNode? user = file?["users"]?[0]?["user"];
        return new(cluster, server, Decoded(file?["clusters"]?[0]?["cluster"], "certificate-authority-data"),
            new(Decoded(user, "client-certificate-data"), Decoded(user, "client-key-data")));
    }

    private static string Decoded(JsonNode? mapping, string key) => (string?)mapping?[key] is { } data
        ? Encoding.UTF8.GetString(Convert.FromBase64String(data))
        : throw new NodeForgeException(new Diagnostic(ErrorCodes.KubeconfigInvalid, "the node's administrator configuration lacks a part") { Where = new("/etc/kubernetes/admin.conf"), Want = key, Mend = "run kubeadm init phase kubeconfig admin in the node" });
}
