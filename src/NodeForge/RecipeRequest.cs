using NodeForge.Images.Debian;
using NodeForge.Images.Planning;
using NodeForge.Oci;
using NodeForge.Recipes;

namespace NodeForge;

/// <summary>A recipe and how to read it.</summary>
/// <param name="Path">The recipe.</param>
/// <param name="LockPath">Its lock; null: beside it.</param>
/// <param name="Parameters">Values for its parameters.</param>
/// <param name="Platforms">Some of its platforms, or <c>all</c>; empty leaves it to the verb.</param>
public sealed record RecipeRequest(
    string Path,
    string? LockPath,
    IReadOnlyDictionary<string, string> Parameters,
    IReadOnlyList<string> Platforms
)
{
    private const string All = "all";

    /// <summary>What a build is for: nothing asked means this machine's, as in docker; all of the recipe's where it is not for this
    /// machine.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.InvalidCommandLine"/>: no platform, or none of the recipe's.</exception>
    internal IReadOnlyList<Platform> PlatformsOf(Recipe recipe)
    {
        if (Platforms.Contains(All))
            return recipe.Platforms;
        if (Platforms.Count == 0)
            return recipe.Platforms.FirstOrDefault(IsOfThisMachine) is { } own ? [own] : recipe.Platforms;
        return
        [
            .. Platforms.Select(text =>
                text.Equals("linux", StringComparison.OrdinalIgnoreCase) && recipe.Platforms.FirstOrDefault(IsOfThisMachine) is { } own
                    ? own
                : Platform.TryParse(text, out Platform? platform) && recipe.Platforms.Contains(platform) ? platform
                : throw NotFor(recipe, text)
            ),
        ];
    }

    /// <summary>What a lock is for: whoever builds, so all of the recipe's unless some are named.</summary>
    internal IReadOnlyList<Platform> PlatformsToLock(Recipe recipe) => Platforms.Count == 0 ? recipe.Platforms : PlatformsOf(recipe);

    /// <summary>The one platform of what can only be made for one.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.InvalidCommandLine"/>: there are several.</exception>
    internal void RefuseSeveralPlatforms(Recipe recipe)
    {
        if (PlatformsOf(recipe) is not { Count: > 1 } several)
            return;
        throw new NodeForgeException(
            new Diagnostic(ErrorCodes.InvalidCommandLine, "a server tarball is of one platform")
            {
                Where = new(recipe.File),
                Got = string.Join(", ", several),
                Hint = $"add --platform {several[0]}",
            }
        );
    }

    /// <summary>Refuses a recipe of another kind than a verb makes.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.InvalidCommandLine"/>.</exception>
    internal static void RefuseOtherKind(Recipe recipe, string kind)
    {
        string got = recipe.GetType().Name[..^"Recipe".Length];
        if (got == kind)
            return;
        throw new NodeForgeException(
            new Diagnostic(ErrorCodes.InvalidCommandLine, "the recipe is of another kind than this command makes")
            {
                Where = new(recipe.File),
                Got = got,
                Want = kind,
                Hint = $"run 'nodeforge build {CommandOf(recipe)} {recipe.File}'",
            }
        );
    }

    private static string CommandOf(Recipe recipe) =>
        recipe switch
        {
            BaseImageRecipe => "base-image",
            NodeImageRecipe => "node-image",
            ContainerImageRecipe => "container-image",
            _ => "kubernetes",
        };

    private static NodeForgeException NotFor(Recipe recipe, string platform) =>
        new(
            new Diagnostic(ErrorCodes.InvalidCommandLine, "the recipe is not for this platform")
            {
                Where = new(recipe.File),
                Got = platform,
                Want = string.Join(", ", recipe.Platforms.Select(known => known.ToString()).Append(All)),
                Hint = "add it to the recipe's 'platforms', then run 'nodeforge lock'",
            }
        );

    internal static bool IsOfThisMachine(Platform platform) =>
        platform.Os == "linux" && DebianArchitecture.Of(platform) == DebianArchitecture.OfThisMachine;
}
