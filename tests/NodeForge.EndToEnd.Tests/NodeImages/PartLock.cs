using System.Text.Json.Nodes;

namespace NodeForge.EndToEnd.Tests.NodeImages;

/// <summary>A lock for one of the recipes that the node's includes, out of the node's lock, for the platform of the tests: what that names
/// is in the cache.</summary>
internal static class PartLock
{
    /// <param name="recipe">A shipped recipe with a shipped lock.</param>
    /// <param name="file">Where the lock is written.</param>
    public static async Task WriteAsync(string recipe, string file)
    {
        JsonNode node = JsonNode.Parse(await File.ReadAllTextAsync(Checkout.NodeLock))!;
        JsonNode shipped = JsonNode.Parse(await File.ReadAllTextAsync(Path.ChangeExtension(recipe, ".lock.json")))!;
        Dictionary<string, JsonObject> known = Parts(node, Checkout.NodeRecipe);
        shipped["epoch"] = node["epoch"]!.DeepClone();
        foreach ((string path, JsonObject part) in Parts(shipped, recipe))
        {
            foreach (string list in (string[])["packages", "files", "images"])
                part[list] = known[path][list]!.DeepClone();
            // Of other packages, should this machine's lock have them, another image comes.
            part.Remove("output");
            part.Remove("layers");
        }

        await File.WriteAllTextAsync(file, shipped.ToJsonString());
    }

    private static Dictionary<string, JsonObject> Parts(JsonNode locked, string recipe) =>
        locked["parts"]!
            .AsArray()
            .Select(static part => part!.AsObject())
            .Where(static part => part["platform"]!.GetValue<string>() == Checkout.Platform)
            .ToDictionary(part => Path.GetFullPath(part["recipe"]!.GetValue<string>(), Path.GetDirectoryName(recipe)!));
}
