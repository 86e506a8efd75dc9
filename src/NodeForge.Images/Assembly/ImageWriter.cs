using System.Globalization;
using NodeForge.Images.Planning;
using NodeForge.Oci;
using NodeForge.Oci.Content;
using NodeForge.Recipes;

namespace NodeForge.Images.Assembly;

/// <summary>Writes the config and the manifest over finished layers.</summary>
internal static class ImageWriter
{
    /// <param name="plan">Name, platform and times.</param>
    /// <param name="layers">Bottom first.</param>
    /// <param name="contents">How the image runs.</param>
    /// <param name="under">The config of a base from elsewhere, whose defaults hold where the recipe says nothing.</param>
    /// <param name="references">What the image is known by.</param>
    public static BuiltImage Write(
        ImagePlan plan, IReadOnlyList<BuiltLayer> layers, ImageContents contents, ContainerDefaults? under, IReadOnlyList<string> references, BlobStore store)
    {
        string created = Rfc3339(plan.Epoch);
        ImageConfig document = new()
        {
            Created = created,
            Architecture = plan.Platform.Architecture,
            Os = plan.Platform.Os,
            Variant = plan.Platform.Variant,
            Config = DefaultsOf(contents, under),
            RootFs = new("layers", [.. layers.Select(layer => layer.Blob.DiffId)]),
            History = [.. layers.Select(layer => new HistoryEntry { Created = created, CreatedBy = $"nodeforge {layer.Title}" })],
        };
        Descriptor config = Put(OciJson.Write(document), MediaTypes.Config, store);
        Manifest manifest = new() { Config = config, Layers = [.. layers.Select(layer => layer.Blob.Descriptor)] };
        return new(plan.Name, plan.Platform, references, Put(OciJson.Write(manifest), MediaTypes.Manifest, store), config, document, layers);
    }

    /// <summary>Seconds since 1970 as the specification writes them.</summary>
    public static string Rfc3339(long epoch) =>
        DateTimeOffset.FromUnixTimeSeconds(epoch).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static Descriptor Put(byte[] json, string mediaType, BlobStore store) => new(mediaType, store.Write(json), json.Length);

    private static ContainerDefaults DefaultsOf(ImageContents contents, ContainerDefaults? under) => new()
    {
        User = contents.User ?? under?.User,
        Env = EnvironmentOf(contents, under),
        Entrypoint = contents.Entrypoint.Count > 0 ? contents.Entrypoint : under?.Entrypoint,
        // A new entrypoint makes the base's command meaningless, as in docker.
        Cmd = contents.Command.Count > 0 ? contents.Command : contents.Entrypoint.Count > 0 ? null : under?.Cmd,
        WorkingDir = contents.WorkingDirectory ?? under?.WorkingDir,
        StopSignal = contents.StopSignal ?? under?.StopSignal,
        ExposedPorts = under?.ExposedPorts,
        Labels = LabelsOf(contents, under),
    };

    private static List<string>? EnvironmentOf(ImageContents contents, ContainerDefaults? under)
    {
        List<string> variables = [.. (under?.Env ?? []).Where(variable => !contents.Environment.ContainsKey(variable.Split('=')[0]))];
        variables.AddRange(contents.Environment.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"));
        return variables.Count == 0 ? null : variables;
    }

    private static SortedDictionary<string, string>? LabelsOf(ImageContents contents, ContainerDefaults? under)
    {
        SortedDictionary<string, string> labels = new(under?.Labels ?? [], StringComparer.Ordinal);
        foreach ((string name, string value) in contents.Labels)
            labels[name] = value;
        return labels.Count == 0 ? null : labels;
    }
}
