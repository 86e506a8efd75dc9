using NodeForge.Oci;

namespace NodeForge.Images;

/// <summary>What other machines made, behind the cache of this one. It never fails a build: what it cannot give is made here.</summary>
public interface ISharedActions
{
    /// <summary>What an action made elsewhere, its content in this machine's store; null where nobody left it, or what was left is not to
    /// be believed.</summary>
    Task<IReadOnlyList<ActionOutput>?> TakeAsync(Digest key, CancellationToken cancellationToken);

    /// <summary>Leaves for others what an action made.</summary>
    Task GiveAsync(Digest key, IReadOnlyList<ActionOutput> outputs, CancellationToken cancellationToken);
}
