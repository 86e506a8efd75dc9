using NodeForge.Oci;

namespace NodeForge.Images.Assembly.Contents;

/// <summary>An image's names as records and recipes have them.</summary>
internal static class ImageTexts
{
    public static IReadOnlyList<string> Texts(this Image image) => [.. image.References.Select(reference => reference.ToString())];
}
