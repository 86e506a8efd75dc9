using NodeForge.Images.Planning;
using NodeForge.Oci;
using NodeForge.Recipes;

namespace NodeForge;

/// <summary>The platforms that a command is for.</summary>
internal static class RequestedPlatforms
{
    private const string All = "all";

    /// <summary>Nothing asked means this machine's, as in docker; all of the recipe's where it is not for this machine.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.InvalidCommandLine"/>: no platform, or none of the recipe's.</exception>
    public static IReadOnlyList<Platform> Of(Recipe recipe, IReadOnlyList<string> asked)
    {
        if (asked.Contains(All))
            return recipe.Platforms;
        if (asked.Count == 0)
            return recipe.Platforms.FirstOrDefault(IsOfThisMachine) is { } own ? [own] : recipe.Platforms;
        List<Platform> platforms = [];
        foreach (string text in asked)
        {
            if (!Platform.TryParse(text, out Platform? platform) || !recipe.Platforms.Contains(platform))
            {
                throw new NodeForgeException(new Diagnostic(ErrorCodes.InvalidCommandLine, "the recipe is not for this platform")
                {
                    Where = new(recipe.File),
                    Got = text,
                    Want = string.Join(", ", recipe.Platforms.Select(known => known.ToString()).Append(All)),
                    Mend = "add it to the recipe's 'platforms', then run 'nodeforge lock'",
                });
            }

            platforms.Add(platform);
        }

        return platforms;
    }

    private static bool IsOfThisMachine(Platform platform) => platform.Os == "linux" && DebianArchitecture.Of(platform) == DebianArchitecture.OfThisMachine;
}
