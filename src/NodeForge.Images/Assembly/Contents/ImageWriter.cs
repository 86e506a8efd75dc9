using System.Globalization;
using NodeForge.Images.Planning;
using NodeForge.Oci;
using NodeForge.Recipes;

namespace NodeForge.Images.Assembly.Contents;

/// <summary>Writes the config and the manifest over finished layers.</summary>
internal static class ImageWriter
{
    /// <param name="plan">Name, platform and times.</param>
    /// <param name="layers">Bottom first.</param>
    /// <param name="contents">How the image runs.</param>
    /// <param name="under">The config of a base from elsewhere, whose defaults hold where the recipe says nothing.</param>
    /// <param name="store">Takes both.</param>
    public static Image Write(
        ImagePlan plan,
        IReadOnlyList<Layer> layers,
        ImageContents contents,
        ContainerDefaults? under,
        BlobStore store
    )
    {
        string created = Rfc3339(plan.Epoch);
        ImageConfig document = new()
        {
            Created = created,
            Architecture = plan.Platform.Architecture,
            Os = plan.Platform.Os,
            Variant = plan.Platform.Variant,
            Config = DefaultsOf(contents, under),
            RootFs = new("layers", [.. layers.Select(layer => layer.DiffId)]),
            History = [.. layers.Select(layer => new HistoryEntry { Created = created, CreatedBy = $"nodeforge {layer.Title}" })],
        };
        RawDocument config = store.Write(MediaTypes.Config, OciJson.Write(document));
        Manifest manifest = new() { Config = config.Descriptor, Layers = [.. layers.Select(layer => layer.Descriptor)] };
        return new(store.Write(MediaTypes.Manifest, OciJson.Write(manifest)), manifest, config, document, layers) { Name = plan.Name };
    }

    /// <summary>Seconds since 1970 as the specification writes them.</summary>
    public static string Rfc3339(long epoch) =>
        DateTimeOffset.FromUnixTimeSeconds(epoch).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static ContainerDefaults DefaultsOf(ImageContents contents, ContainerDefaults? under) =>
        new()
        {
            User = contents.User ?? under?.User,
            Env = EnvironmentOf(contents, under),
            Entrypoint = contents.Entrypoint.Count > 0 ? contents.Entrypoint : under?.Entrypoint,
            // A new entrypoint makes the base's command meaningless, as in docker.
            Cmd =
                contents.Command.Count > 0 ? contents.Command
                : contents.Entrypoint.Count > 0 ? null
                : under?.Cmd,
            WorkingDir = contents.WorkingDirectory ?? under?.WorkingDir,
            StopSignal = contents.StopSignal ?? under?.StopSignal,
            ExposedPorts = under?.ExposedPorts,
            Labels = LabelsOf(contents, under),
        };

    private static List<string>? EnvironmentOf(ImageContents contents, ContainerDefaults? under)
    {
        List<string> variables = [.. (under?.Env ?? []).Where(variable => !contents.Environment.ContainsKey(variable.Split('=')[0]))];
        variables.AddRange(
            contents.Environment.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}")
        );
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
