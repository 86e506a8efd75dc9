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
            $"{Quantity.Of(image.Layers.Count, "layer")} of {ByteCount.Show(image.Layers.Sum(static layer => layer.Layer.Descriptor.Size))} with {Quantity.Of(image.Layers.Sum(static layer => layer.Entries.Count), "entry", "entries")}: digest, size, diff ID and archive of each"
        );
    }
}
