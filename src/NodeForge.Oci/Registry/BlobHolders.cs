using System.Collections.Concurrent;

namespace NodeForge.Oci.Registry;

/// <summary>Repositories that are known to have blobs: what one of a registry has, another one is given without the bytes
/// (distribution-spec, "Mounting a blob from another repository"). Clients may share it.</summary>
public sealed class BlobHolders
{
    private readonly ConcurrentDictionary<(string Registry, Digest Blob), string> known = new();

    /// <summary>A repository that is known to have a blob; null for none.</summary>
    public string? Of(string registry, Digest blob) => known.GetValueOrDefault((registry, blob));

    /// <summary>Notes that a repository has a blob.</summary>
    public void Note(ImageReference repository, Digest blob) => known.TryAdd((repository.Registry, blob), repository.Repository);
}
