using NodeForge.Recipes;
using NodeForge.Recipes.Locks;

namespace NodeForge.Images.Debian.Bootstrap;

/// <summary>Packages to configure into a root file system.</summary>
public sealed record RootfsPlan(DebianPackages Settings, LockedPart Part, string Architecture);
