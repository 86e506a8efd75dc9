using System.Text.Json.Nodes;
using NodeForge.Clusters.Planning;
using NodeForge.Documents.Json;

namespace NodeForge.Clusters.Kubeadm;

/// <summary>What NodeForge has laid down or published before kubeadm reads its documents, and patches therefore cannot change.</summary>
internal static class FixedParts
{
    private const string Certificates = "/etc/kubernetes/pki";

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ClusterFileUnsupported"/>.</exception>
    public static void Refuse(NodeDocuments documents, NodePlan node)
    {
        List<Diagnostic> problems = [];
        Compare(documents.Cluster, "certificatesDir", Certificates, documents.Cluster["certificatesDir"] ?? Certificates);
        foreach (JsonObject document in new[] { documents.Init, documents.Join })
        {
            JsonNode? local = (document["controlPlane"] as JsonObject)?["localAPIEndpoint"] ?? document["localAPIEndpoint"];
            Compare(document, "localAPIEndpoint.bindPort", ClusterPlan.ApiServerPort, (local as JsonObject)?["bindPort"] ?? ClusterPlan.ApiServerPort);
            Compare(document, "nodeRegistration.name", node.Name, (document["nodeRegistration"] as JsonObject)?["name"] ?? node.Name);
        }

        if (problems.Count > 0)
            throw new NodeForgeException(problems);

        void Compare(JsonObject document, string key, JsonNode wanted, JsonNode got)
        {
            if (JsonEquality.Are(wanted, got))
                return;
            problems.Add(new(ErrorCodes.ClusterFileUnsupported, $"a patch changes {key}, which is not done yet")
            {
                Where = new($"{document["kind"]} of {node.Name}"),
                Got = got.ToJsonString(),
                Want = wanted.ToJsonString(),
                Hint = "leave it out of kubeadmConfigPatches",
            });
        }
    }
}
