using NodeForge.Kubernetes;
using NodeForge.Verification.Examination;

namespace NodeForge.Verification.Static;

/// <summary>What the image says of itself in several places is one and the same.</summary>
internal sealed class RecordCheck : ImageCheck
{
    public override string Group => "versions";

    public override string Name => "the image's record";

    protected override void Run(ExaminedImage image, Findings findings)
    {
        if (!image.IsNode)
        {
            findings.Skip("no node image");
            return;
        }

        if (image.Record is not { } record)
        {
            // kind's own images have none.
            findings.Add(
                new(ErrorCodes.NodeRecordUnreadable, "the node image has no record of what it is made of")
                {
                    Severity = Severity.Warning,
                    Where = image.Where(NodeFiles.Record),
                }
            );
            findings.Summary = $"Kubernetes {image.KindVersion}, without a record";
            return;
        }

        if (record.Problem is { } problem)
        {
            findings.Add(
                new(ErrorCodes.NodeRecordUnreadable, "what the node image says of itself cannot be read")
                {
                    Where = image.Where(NodeFiles.Record),
                    Got = problem,
                }
            );
            return;
        }

        findings.Summary =
            $"Kubernetes {record.KubernetesVersion}, {record.Components.Count} components, {record.Closure.Count} preloaded images";
        if (!KubernetesVersion.TryParse(record.KubernetesVersion, out _))
            findings.Add(
                Contradicts(
                    image,
                    NodeFiles.Record,
                    "the record has no version of Kubernetes",
                    record.KubernetesVersion ?? "none",
                    "a version such as v1.20.2"
                )
            );
        if (image.KindVersion != record.KubernetesVersion)
            findings.Add(
                Contradicts(
                    image,
                    NodeFiles.Version,
                    "kind would take the image for another Kubernetes than its record says",
                    image.KindVersion ?? "no such file",
                    record.KubernetesVersion
                )
            );
        if (record.Platform != image.Image.Platform.ToString())
            findings.Add(
                Contradicts(
                    image,
                    NodeFiles.Record,
                    "the record is of another platform than the image",
                    record.Platform ?? "none",
                    image.Image.Platform.ToString()
                )
            );
        CheckLabels(image, record, findings);
    }

    private static void CheckLabels(ExaminedImage image, NodeRecord record, Findings findings)
    {
        IReadOnlyDictionary<string, string> labels = image.Image.Config.Config?.Labels ?? [];
        foreach (
            (string label, string? want) in new[]
            {
                (NodeImageLabels.Kubernetes, record.KubernetesVersion),
                (NodeImageLabels.Containerd, record.Component("containerd")?.Version),
                (NodeImageLabels.Systemd, record.Component("systemd")?.Version),
            }
        )
        {
            if (labels.TryGetValue(label, out string? got) && want is not null && got != want)
                findings.Add(Contradicts(image, NodeFiles.Record, $"the label '{label}' contradicts the record", got, want));
        }
    }

    private static Diagnostic Contradicts(ExaminedImage image, string file, string what, string got, string? want) =>
        new(ErrorCodes.NodeRecordContradicted, what)
        {
            Where = image.Where(file),
            Got = got,
            Want = want,
        };
}
