using NodeForge.Images.Planning;
using NodeForge.Recipes;
using NodeForge.Recipes.Locks;

namespace NodeForge;

/// <summary>A recipe with its lock and plans.</summary>
/// <param name="LockPath">Where the lock was read.</param>
/// <param name="Plans">One for each platform that was asked for.</param>
public sealed record PlannedRecipe(Recipe Recipe, RecipeLock Lock, string LockPath, IReadOnlyList<ImagePlan> Plans);
