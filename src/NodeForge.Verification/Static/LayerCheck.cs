using NodeForge.Verification.Examination;

namespace NodeForge.Verification.Static;

/// <summary>Digests, sizes, diff IDs and archives, as they were found while the layers came by.</summary>
internal sealed class LayerCheck : ImageCheck
{
    public override string Group => "image";

    public override string Name => "layers";

    protected override void Run(ExaminedImage image, Findings findings)
    {
        findings.AddRange(image.Layers.SelectMany(static layer => layer.Problems));
        findings.AddRange(image.TreeProblems);
        findings.Summary = FormattableString.Invariant(
            $"{image.Layers.Count} layers of {ByteCount.Show(image.Layers.Sum(static layer => layer.Layer.Descriptor.Size))} with {image.Layers.Sum(static layer => layer.Entries.Count)} entries: digest, size, diff ID and archive of each"
        );
    }
}
