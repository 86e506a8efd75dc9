using NodeForge.Bundles.Reading;
using NodeForge.Oci;

namespace NodeForge.Bundles.Updating;

/// <summary>What the far side has: a bundle that is here too, or the inventory of one.</summary>
public sealed class BundleBase
{
    private readonly Func<Digest, bool> has;

    private BundleBase(string place, Digest index, Func<Digest, bool> has, BundleFile? file) =>
        (Place, Index, this.has, File) = (place, index, has, file);

    public string Place { get; }

    /// <summary>The digest of its index.</summary>
    public Digest Index { get; }

    /// <summary>Null where only an inventory is here: blobs are then carried whole, or not at all.</summary>
    internal BundleFile? File { get; }

    internal bool Has(Digest blob) => has(blob);

    /// <param name="place">A bundle, or an inventory.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.InventoryUnreadable"/>, and what a bundle is refused for.</exception>
    public static BundleBase Open(string place) =>
        BundleInventory.TryRead(place) is { } inventory ? new(place, inventory.Index, inventory.Has, null) : Of(BundleFile.Open(place));

    /// <summary>A bundle that is here.</summary>
    public static BundleBase Of(BundleFile bundle)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        return new(bundle.Place, bundle.IndexDigest, bundle.Has, bundle);
    }
}
