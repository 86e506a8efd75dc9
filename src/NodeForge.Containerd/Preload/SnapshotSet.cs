using System.Globalization;
using NodeForge.Containerd.Metadata;
using NodeForge.Oci;

namespace NodeForge.Containerd.Preload;

/// <summary>A snapshot for each unpacked image, of all its layers in one; images of the same layers share theirs.</summary>
/// <remarks>containerd asks for the chain ID of all layers together, never for those below it; so no whiteout of a layer has to be
/// kept.</remarks>
internal sealed class SnapshotSet(DateTimeOffset time)
{
    private readonly List<SnapshotFolder> folders = [];

    public IReadOnlyList<SnapshotFolder> Folders => folders;

    public IReadOnlyList<SnapshotterRecords> Records =>
        folders.Count == 0
            ? []
            :
            [
                new(
                    ContainerdPaths.OverlaySnapshotter,
                    (ulong)folders.Count,
                    [.. folders.Select(folder => new SnapshotRecord(folder.ChainId.ToString(), folder.Record.Name, time, time))]
                ),
            ];

    public void Add(CheckedImage image)
    {
        if (image.ChainId is not { } chain || folders.Any(folder => folder.ChainId == chain))
            return;
        int number = folders.Count + 1;
        string id = number.ToString(CultureInfo.InvariantCulture);
        folders.Add(
            new(
                $"{ContainerdPaths.OverlayFolder}/snapshots/{id}",
                chain,
                new((ulong)number, $"{ContainerdPaths.CriNamespace}/{id}/{chain}", image.Source.Unpacked!, time)
            )
        );
    }
}
