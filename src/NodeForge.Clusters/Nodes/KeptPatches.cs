using System.Text.Json;
using System.Text.Json.Serialization;
using NodeForge.Clusters.Configuration;

namespace NodeForge.Clusters.Nodes;

/// <summary>The cluster file's patches of containerd's configuration, kept in every node for those that are made like it later.</summary>
internal static class KeptPatches
{
    private const string Path = "/etc/nodeforge/containerd-patches.json";

    public static NodeFile[] Of(ContainerdPatches patches) =>
        patches.Any ? [NodeFile.Public(Path, JsonSerializer.Serialize(patches, PatchesJson.Default.ContainerdPatches))] : [];

    /// <summary>None where the node has none.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ClusterNotOurs"/>: something else is in their place.</exception>
    public static async Task<ContainerdPatches> ReadAsync(ClusterNode node, CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyDictionary<string, string> files = await node.ReadFolderAsync(Path, cancellationToken).ConfigureAwait(false);
            return JsonSerializer.Deserialize(files.Values.FirstOrDefault() ?? string.Empty, PatchesJson.Default.ContainerdPatches)
                ?? new();
        }
        catch (NodeForgeException missing) when (missing.Is(ErrorCodes.EngineObjectMissing))
        {
            return new();
        }
        catch (JsonException foreign)
        {
            throw new NodeForgeException(NodeSelection.NotOurs(node.Name, $"{Path} is not what NodeForge writes"), foreign);
        }
    }
}

[JsonSourceGenerationOptions(
    IgnoreReadOnlyProperties = true,
    RespectNullableAnnotations = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase
)]
[JsonSerializable(typeof(ContainerdPatches))]
internal sealed partial class PatchesJson : JsonSerializerContext;
