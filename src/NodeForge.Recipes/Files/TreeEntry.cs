using NodeForge.Files;

namespace NodeForge.Recipes.Files;

/// <param name="Name">From the tree's root, with slashes.</param>
/// <param name="Path">Absolute.</param>
/// <param name="Kind">File, folder or link.</param>
internal sealed record TreeEntry(string Name, string Path, LocalKind Kind);
