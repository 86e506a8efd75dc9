using System.Text;
using System.Text.Json.Nodes;
using NodeForge.Containerd.Configuration;
using NodeForge.Documents.Toml;
using NodeForge.Images.Assembly.Contents;
using NodeForge.Images.Planning;
using NodeForge.Oci.Layers;

namespace NodeForge.Images.Assembly.Nodes;

/// <summary>Writes containerd's configuration for the containerd inside, where the base's is of an older version: it would be migrated at
/// each start, with warnings.</summary>
internal static class ContainerdSettings
{
    private const string FilePath = "etc/containerd/config.toml";

    // A whole default configuration has 12 KiB.
    private const long Longest = 1 << 20;

    /// <param name="plan">Says which containerd there is.</param>
    /// <param name="sandbox">The pause image; null where none is preloaded. In version 2 the node's boot sets it, by a line that later
    /// versions do not have.</param>
    /// <param name="below">What the node stands on.</param>
    /// <param name="draft">Gets the file, unless the base's is well as it is.</param>
    public static void Write(NodeImagePlan plan, string? sandbox, RootfsTree below, LayerDraft draft)
    {
        if (
            ConfigurationVersion.OfSoftware(ContainerdFit.VersionIn(plan)) is not { } containerd
            || ReadOrNothing(below) is not { } document
            || ConfigurationRewriting.For(document, containerd) is not { } rewritten
        )
            return;
        if (sandbox is not null && (rewritten["plugins"] as JsonObject)?[CriSettings.Images] is JsonObject images)
            images["pinned_images"] = new JsonObject { ["sandbox"] = sandbox };
        draft.AddText(FilePath, TomlText.Of(rewritten));
    }

    // What is no TOML stays as it is: verify tells it, and containerd.
    private static JsonObject? ReadOrNothing(RootfsTree below)
    {
        if (below.Find(below.Resolve(FilePath)) is not { Content: { } content, Header.Size: <= Longest })
            return null;
        using StreamReader text = new(content.Open(), Encoding.UTF8);
        try
        {
            return TomlDocument.Read(text.ReadToEnd());
        }
        catch (TomlException)
        {
            return null;
        }
    }
}
