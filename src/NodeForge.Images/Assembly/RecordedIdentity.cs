using NodeForge.Images.Planning;
using NodeForge.Oci;

namespace NodeForge.Images.Assembly;

/// <summary>Holds an image against what the lock records that it comes out as.</summary>
internal static class RecordedIdentity
{
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.OutputNotAsLocked"/>, naming the lowest layer that is another
    /// one.</exception>
    public static void Check(ImagePlan plan, Image image)
    {
        if (plan.Recorded is not { } recorded || recorded.ImageId == image.Id)
            return;
        Digest?[] got = [.. image.Layers.Select(layer => (Digest?)layer.DiffId)],
            want = [.. recorded.Layers.Select(layer => (Digest?)layer)];
        int first = Enumerable
            .Range(0, Math.Max(got.Length, want.Length))
            .FirstOrDefault(layer => got.ElementAtOrDefault(layer) != want.ElementAtOrDefault(layer), -1);
        string place = first < 0 ? "config" : $"layer {first + 1}" + (first < got.Length ? $", {image.Layers[first].Title}" : "");
        throw new NodeForgeException(
            new Diagnostic(
                ErrorCodes.OutputNotAsLocked,
                $"the image {image.Name} for {image.Platform} came out with other bits than the lock records"
            )
            {
                Where = new(plan.Name, Detail: place),
                Got = first < 0 ? image.Id.ToString() : got.ElementAtOrDefault(first)?.ToString() ?? "no such layer",
                Want = first < 0 ? recorded.ImageId.ToString() : want.ElementAtOrDefault(first)?.ToString() ?? "no such layer",
                Hint =
                    "run 'nodeforge lock RECIPE --record' if NodeForge itself has changed what it writes; otherwise something on this machine reaches the image",
            }
        );
    }
}
