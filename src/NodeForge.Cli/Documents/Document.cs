using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using NodeForge.Cli.Rendering;

namespace NodeForge.Cli.Documents;

/// <summary>What a command says, for programs with <c>-o json</c> and for people.</summary>
internal abstract record Document
{
    [JsonPropertyOrder(-1)]
    public int SchemaVersion => 1;

    /// <summary>The document; properties that have nothing are left out.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, GetType(), DocumentJson.Printed);

    /// <summary>For people; null where there is nothing to say.</summary>
    public virtual Page? ToText() => null;
}

/// <summary>The form of all documents: a new one is named here.</summary>
[JsonSerializable(typeof(AddedDocument))]
[JsonSerializable(typeof(AttemptsDocument))]
[JsonSerializable(typeof(AttestedDocument))]
[JsonSerializable(typeof(BuildDocument))]
[JsonSerializable(typeof(BundleDiffDocument))]
[JsonSerializable(typeof(BundleDocument))]
[JsonSerializable(typeof(BundleInventoryDocument))]
[JsonSerializable(typeof(BundleLoadDocument))]
[JsonSerializable(typeof(BundlePullDocument))]
[JsonSerializable(typeof(BundlePushDocument))]
[JsonSerializable(typeof(BundleSignedDocument))]
[JsonSerializable(typeof(BundleVerifyDocument))]
[JsonSerializable(typeof(BundleWrittenDocument))]
[JsonSerializable(typeof(ClusterDocument))]
[JsonSerializable(typeof(ClustersDocument))]
[JsonSerializable(typeof(CompletionDocument))]
[JsonSerializable(typeof(DeletedDocument))]
[JsonSerializable(typeof(DiffDocument))]
[JsonSerializable(typeof(DoctorDocument))]
[JsonSerializable(typeof(ErrorDocument))]
[JsonSerializable(typeof(ExportedDocument))]
[JsonSerializable(typeof(FetchDocument))]
[JsonSerializable(typeof(InspectDocument))]
[JsonSerializable(typeof(KeyDocument))]
[JsonSerializable(typeof(KubeconfigDocument))]
[JsonSerializable(typeof(LoadDocument))]
[JsonSerializable(typeof(LockDocument))]
[JsonSerializable(typeof(LogsDocument))]
[JsonSerializable(typeof(MatrixBuildDocument))]
[JsonSerializable(typeof(MatrixEmitDocument))]
[JsonSerializable(typeof(MatrixLockDocument))]
[JsonSerializable(typeof(MatrixPlanDocument))]
[JsonSerializable(typeof(MatrixStatusDocument))]
[JsonSerializable(typeof(NodeNamesDocument))]
[JsonSerializable(typeof(NodesDocument))]
[JsonSerializable(typeof(PlanDocument))]
[JsonSerializable(typeof(PruneDocument))]
[JsonSerializable(typeof(ServedBundleDocument))]
[JsonSerializable(typeof(SignedDocument))]
[JsonSerializable(typeof(TarballDocument))]
[JsonSerializable(typeof(UpgradedDocument))]
[JsonSerializable(typeof(VerifyDocument))]
[JsonSerializable(typeof(VersionDocument))]
internal sealed partial class DocumentJson : JsonSerializerContext
{
    // Quotes and plus signs stay what they are: nobody puts a document into HTML. Control characters are escaped all the same.
    public static DocumentJson Printed { get; } =
        new(
            new JsonSerializerOptions
            {
                PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
                WriteIndented = true,
                DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            }
        );
}
