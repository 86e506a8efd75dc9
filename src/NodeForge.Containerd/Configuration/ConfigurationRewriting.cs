using System.Globalization;
using System.Text.Json.Nodes;

namespace NodeForge.Containerd.Configuration;

/// <summary>Says in the words of a later version of the file what one of version 2 says, as containerd's own migration would at each start,
/// with a warning.</summary>
public static class ConfigurationRewriting
{
    private const string Plugins = "plugins";
    private const string Version = "version";
    private const string Folder = "bin_dir";
    private const string Folders = "bin_dirs";

    // Version 4 has plugins for these; 3 has them as they are here.
    private static readonly string[] MovedInFour = ["grpc", "ttrpc", "debug", "metrics"];

    /// <summary>The version of a document.</summary>
    public static int VersionOf(JsonObject document) =>
        document[Version] is JsonValue said
        && int.TryParse(said.ToJsonString(), NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        && number is > 0 and < 100
            ? number
            : ConfigurationVersion.Unsaid;

    /// <summary>A file for a containerd, in the newest version that it reads.</summary>
    /// <returns>Null where it is to stay as it is: it is of that version already, or of version 1, whose plugins have other
    /// names.</returns>
    /// <param name="document">Is not changed.</param>
    /// <param name="containerd">Its major and minor version.</param>
    public static JsonObject? For(JsonObject document, (int Major, int Minor) containerd)
    {
        int version = VersionOf(document);
        int wanted = Math.Min(
            ConfigurationVersion.ReadBy(containerd.Major, containerd.Minor),
            MovedInFour.Any(document.ContainsKey) ? ConfigurationVersion.FirstSplit : ConfigurationVersion.Newest
        );
        if (version < 2 || version >= wanted)
            return null;
        JsonObject rewritten = document.DeepClone().AsObject();
        rewritten[Version] = wanted;
        if (version < ConfigurationVersion.FirstSplit)
            Divide(rewritten);
        if (containerd.CompareTo((2, 1)) >= 0)
            FitPlugins(rewritten);
        return rewritten;
    }

    /// <summary>Moves what stands in the one plugin of version 2 to where versions 3 and 4 have it; what they have there already
    /// stays.</summary>
    /// <param name="document">A file, or a part of one that is to be merged into a file. Is changed.</param>
    public static void Divide(JsonObject document)
    {
        if (document[Plugins] is not JsonObject plugins || plugins[CriSettings.Server] is not JsonObject old)
            return;
        plugins.Remove(CriSettings.Server);
        foreach ((IReadOnlyList<string> keys, JsonNode? value) in PartsOf([], old))
            Put(plugins, CriSettings.Place(keys), value);
    }

    /// <summary>The path (RFC 6901) at which versions 3 and 4 have what version 2 has at a path.</summary>
    public static string Place(string path)
    {
        string[] keys = path.Split('/');
        return keys is ["", Plugins, CriSettings.Server, _, ..] ? string.Join('/', ["", Plugins, .. CriSettings.Place(keys[3..])]) : path;
    }

    private static IEnumerable<(IReadOnlyList<string> Keys, JsonNode? Value)> PartsOf(IReadOnlyList<string> keys, JsonObject table)
    {
        foreach ((string key, JsonNode? value) in table)
        {
            string[] below = [.. keys, key];
            if (value is JsonObject inner && CriSettings.IsDivided(below))
            {
                foreach ((IReadOnlyList<string> Keys, JsonNode? Value) part in PartsOf(below, inner))
                    yield return part;
            }
            else
            {
                yield return (below, value);
            }
        }
    }

    private static void Put(JsonObject table, IReadOnlyList<string> keys, JsonNode? value)
    {
        foreach (string key in keys.SkipLast(1))
        {
            if (table[key] is not JsonObject)
                table[key] = new JsonObject();
            table = table[key]!.AsObject();
        }

        table.TryAdd(keys[^1], value?.DeepClone());
    }

    // Since 2.1 containerd's transfer service pulls images, which keeps what it unpacked; and folders of CNI plugins are a list
    // (containerd, RELEASES.md, "Deprecated config
    // properties"; docs/cri/config.md, "Configuration differences and automatic fallback to Local Mode").
    private static void FitPlugins(JsonObject document)
    {
        if (document[Plugins] is not JsonObject plugins)
            return;
        if (
            plugins[CriSettings.Images] is JsonObject images
            && images["discard_unpacked_layers"] is JsonValue discards
            && discards.TryGetValue(out bool set)
            && set
        )
            images.TryAdd("use_local_image_pull", true);
        FitFolders(document);
    }

    /// <summary>Makes the one folder of CNI plugins a list of one, as containerd 2.1 and later have it.</summary>
    /// <param name="document">A file, or a part of one. Is changed.</param>
    public static void FitFolders(JsonObject document)
    {
        if (
            ((document[Plugins] as JsonObject)?[CriSettings.Runtime] as JsonObject)?["cni"] is not JsonObject cni
            || cni[Folder] is not { } folder
            || cni.ContainsKey(Folders)
        )
            return;
        cni.Remove(Folder);
        cni[Folders] = new JsonArray(folder.DeepClone());
    }
}
