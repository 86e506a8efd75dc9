using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NodeForge.Clusters.Planning;
using NodeForge.Documents.Json;

namespace NodeForge.Clusters.Kubeadm;

/// <summary>What NodeForge has laid down or published before kubeadm reads its documents, and patches therefore cannot change.</summary>
internal static partial class FixedParts
{
    /// <summary>Where a node's certificates are laid; <see cref="EffectiveSettings.CertificatesFolder"/> becomes a link to it.</summary>
    public const string Certificates = "/etc/kubernetes/pki";

    // Of an entry in a tar archive without extensions.
    private const int LongestFolder = 100;

    // Empty each time that a node starts.
    private static readonly string[] Passing = ["/dev", "/proc", "/run", "/sys", "/tmp"];

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ClusterFileUnsupported"/>.</exception>
    public static void Refuse(NodeDocuments documents, NodePlan node)
    {
        List<Diagnostic> problems = [];
        if (!CanLead(EffectiveSettings.In(documents.Cluster).CertificatesFolder))
            problems.Add(
                Changed(
                    documents.Cluster,
                    "certificatesDir",
                    documents.Cluster["certificatesDir"]!,
                    "a folder's path, such as /etc/kubernetes/certs; not above /etc/kubernetes/pki, nor in /run or /tmp"
                )
            );
        foreach (JsonObject document in new[] { documents.Init, documents.Join })
        {
            JsonNode? local = (document["controlPlane"] as JsonObject)?["localAPIEndpoint"] ?? document["localAPIEndpoint"];
            Compare(
                document,
                "localAPIEndpoint.bindPort",
                ClusterPlan.ApiServerPort,
                (local as JsonObject)?["bindPort"] ?? ClusterPlan.ApiServerPort
            );
            Compare(document, "nodeRegistration.name", node.Name, (document["nodeRegistration"] as JsonObject)?["name"] ?? node.Name);
        }

        if (problems.Count > 0)
            throw new NodeForgeException(problems);

        void Compare(JsonObject document, string key, JsonNode wanted, JsonNode got)
        {
            if (JsonEquality.Are(wanted, got))
                return;
            problems.Add(Changed(document, key, got, wanted.ToJsonString()));
        }

        Diagnostic Changed(JsonObject document, string key, JsonNode got, string wanted) =>
            new(ErrorCodes.ClusterFileUnsupported, $"a patch changes {key}, which cannot be done")
            {
                Where = new($"{document["kind"]} of {node.Name}"),
                Got = got.ToJsonString(),
                Want = wanted,
                Hint = "leave it out of kubeadmConfigPatches",
            };
    }

    /// <summary>Whether a link from there to the certificates can be laid into a node.</summary>
    private static bool CanLead(string folder) =>
        folder == Certificates
        || (
            folder.Length <= LongestFolder
            && FolderForm().IsMatch(folder)
            && !folder.Split('/').Any(name => name is "." or "..")
            && !(Certificates + "/").StartsWith(folder + "/", StringComparison.Ordinal)
            && !Passing.Any(top => (folder + "/").StartsWith(top + "/", StringComparison.Ordinal))
        );

    [GeneratedRegex(@"\A(/[A-Za-z0-9._-]+)+\z")]
    private static partial Regex FolderForm();
}
