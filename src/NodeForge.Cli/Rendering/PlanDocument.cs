using System.Text.Json;
using System.Text.Json.Serialization;
using NodeForge.Images.Planning;

namespace NodeForge.Cli.Rendering;

/// <summary>A plan as <c>nodeforge plan</c> prints it.</summary>
internal sealed record PlanDocument(int SchemaVersion, IReadOnlyList<PlanItem> Plans, IReadOnlyList<string> LocalFiles)
{
    public static PlanDocument Of(IEnumerable<ImagePlan> plans, IReadOnlyList<string> localFiles) => new(1, [.. plans.Select(PlanItem.Of)], localFiles);

    public string ToJson() => JsonSerializer.Serialize(this, DocumentJson.Default.PlanDocument);

    public Page ToText()
    {
        Page text = new();
        foreach (PlanItem plan in Plans)
        {
            text.Line($"{plan.Name} {plan.Platform}  {plan.Digest}");
            Columns columns = new();
            foreach (PlanStep step in plan.Steps)
                columns.Add("  " + step.Kind, step.Title, step.From);
            text.Rows(columns);
        }

        text.Line("files of this machine");
        foreach (string file in LocalFiles)
            text.Line("  " + file);
        return text;
    }
}

internal sealed record PlanItem(string Name, string Platform, string Digest, long Epoch, IReadOnlyList<PlanStep> Steps)
{
    public static PlanItem Of(ImagePlan plan) => new(plan.Name, plan.Platform.ToString(), plan.Digest.ToString(), plan.Epoch, [.. plan.Steps]);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PlanDocument))]
[JsonSerializable(typeof(LockDocument))]
[JsonSerializable(typeof(ClusterDocument))]
[JsonSerializable(typeof(NodesDocument))]
[JsonSerializable(typeof(LoadDocument))]
[JsonSerializable(typeof(AddedDocument))]
[JsonSerializable(typeof(LogsDocument))]
[JsonSerializable(typeof(KubeconfigDocument))]
[JsonSerializable(typeof(BuildDocument))]
[JsonSerializable(typeof(DoctorDocument))]
[JsonSerializable(typeof(InspectDocument))]
internal sealed partial class DocumentJson : JsonSerializerContext;
