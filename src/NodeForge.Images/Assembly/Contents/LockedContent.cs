using NodeForge.Recipes.Locks;

namespace NodeForge.Images.Assembly.Contents;

/// <summary>What a recipe asks for by name, in its part of the lock.</summary>
internal static class LockedContent
{
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.LockIncomplete"/>.</exception>
    public static LockedFile File(this LockedPart part, string name) =>
        part.Files.FirstOrDefault(file => file.Name == name) ?? throw Lacks(part, "file", name);

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.LockIncomplete"/>.</exception>
    public static LockedImage Image(this LockedPart part, string reference) =>
        part.Images.FirstOrDefault(image => image.Reference == reference) ?? throw Lacks(part, "image", reference);

    private static NodeForgeException Lacks(LockedPart part, string kind, string name) =>
        new(
            new Diagnostic(ErrorCodes.LockIncomplete, $"the lock lacks a {kind} that the recipe asks for")
            {
                Where = new(part.Recipe, Detail: part.Platform),
                Want = name,
                Hint = "run 'nodeforge lock RECIPE'",
            }
        );
}
