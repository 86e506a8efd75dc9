namespace NodeForge.Recipes.Reading;

/// <summary>The values of <c>kind:</c>.</summary>
internal enum RecipeKind
{
    BaseImage,
    ContainerImage,
    KubernetesBuild,
    NodeImage,
}
