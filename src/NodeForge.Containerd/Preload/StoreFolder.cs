namespace NodeForge.Containerd.Preload;

/// <summary>A folder of containerd's root, owned by 0:0.</summary>
/// <param name="Path">Relative to the root; empty for the root itself.</param>
/// <param name="Mode">Permission bits.</param>
public sealed record StoreFolder(string Path, int Mode);
