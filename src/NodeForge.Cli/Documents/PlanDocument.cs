using NodeForge.Cli.Rendering;
using NodeForge.Images.Planning;

namespace NodeForge.Cli.Documents;

/// <summary>A plan as <c>nodeforge plan</c> prints it.</summary>
internal sealed record PlanDocument(IReadOnlyList<PlanItem> Plans, IReadOnlyList<string> LocalFiles) : Document
{
    public static PlanDocument Of(IEnumerable<ImagePlan> plans, IReadOnlyList<string> localFiles) =>
        new([.. plans.Select(PlanItem.Of)], localFiles);

    public override Page ToText()
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
    public static PlanItem Of(ImagePlan plan) =>
        new(plan.Name, plan.Platform.ToString(), plan.Digest.ToString(), plan.Epoch, [.. plan.Steps]);
}
