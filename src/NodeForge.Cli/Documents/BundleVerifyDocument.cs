using NodeForge.Bundles.Reading;
using NodeForge.Cli.Rendering;

namespace NodeForge.Cli.Documents;

/// <summary>What <c>bundle verify</c> prints: a line for each volume, what is wrong, what it concerns, and what to copy again.</summary>
internal sealed record BundleVerifyDocument(
    bool Sound,
    string Set,
    IReadOnlyList<VerifiedVolumeItem> Volumes,
    IReadOnlyList<DamagedBlobItem> DamagedBlobs,
    IReadOnlyList<string> CopyAgain,
    long SoundBytes,
    IReadOnlyList<DoctorProblem> Problems
) : Document
{
    public static BundleVerifyDocument Of(BundleReport report) =>
        new(
            report.IsSound,
            report.Set.ToString(),
            [
                .. report.Volumes.Select(volume => new VerifiedVolumeItem(
                    volume.Number,
                    volume.Path,
                    volume.Size,
                    volume.State.ToString().ToLowerInvariant()
                )),
            ],
            [.. report.DamagedBlobs.Select(blob => new DamagedBlobItem(blob.Digest?.ToString(), blob.Size, blob.UsedBy, blob.Volumes))],
            report.CopyAgain,
            report.SoundBytes,
            [.. report.Problems.Select(DoctorProblem.Of)]
        );

    public override Page ToText()
    {
        Page text = new();
        foreach (VerifiedVolumeItem volume in Volumes)
            text.Line(
                $"{(volume.State == "sound" ? "✓" : "✗")} volume {volume.Number} of {Volumes.Count}  {volume.Path}  {(volume.State == "sound" ? ByteCount.Show(volume.Size) : volume.State)}"
            );
        foreach (DoctorProblem problem in Problems)
            problem.AppendTo(text);
        foreach (DamagedBlobItem blob in DamagedBlobs)
            text.Line(
                $"  damaged: {blob.Digest ?? "a blob"} ({ByteCount.Show(blob.Size)}) of {(blob.UsedBy.Count == 0 ? "nothing that is known" : string.Join(", ", blob.UsedBy))}"
            );
        if (CopyAgain.Count > 0)
            text.Line($"copy again, and nothing else: {string.Join(" ", CopyAgain)}");
        return text.Line(Sound ? $"✓ sound: {ByteCount.Show(SoundBytes)} of content" : "✗ not sound");
    }
}

/// <param name="State">sound, missing, damaged, foreign or misplaced.</param>
internal sealed record VerifiedVolumeItem(int Number, string Path, long Size, string State);

internal sealed record DamagedBlobItem(string? Digest, long Size, IReadOnlyList<string> UsedBy, IReadOnlyList<int> Volumes);
