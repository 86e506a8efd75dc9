using System.Text.Json;
using System.Text.Json.Nodes;
using NodeForge.Containerd.Configuration;
using NodeForge.Documents.Toml;
using NodeForge.Verification.Examination;

namespace NodeForge.Verification.Static;

/// <summary><c>/etc/containerd/config.toml</c> in the words of its own version: the same setting lies elsewhere in each (containerd,
/// docs/cri/config.md and docs/PLUGINS.md).</summary>
/// <param name="Root">The document.</param>
/// <param name="Version">1 where the file does not say (containerd, RELEASES.md, "Daemon Configuration").</param>
internal sealed record RuntimeConfiguration(JsonObject Root, int Version)
{
    public const string Cri1 = "cri";
    public const string Cri2 = CriSettings.Server;
    public const string Images = CriSettings.Images;
    public const string Runtime = CriSettings.Runtime;

    /// <summary>Whether the CRI's settings are those of version 3 and later, in two plugins.</summary>
    public bool IsSplit => Version >= ConfigurationVersion.FirstSplit;

    /// <summary>The plugin that runs containers, in the words of the version.</summary>
    public string RuntimePlugin =>
        IsSplit ? Runtime
        : Version == 1 ? Cri1
        : Cri2;

    /// <summary>The plugin that keeps images, in the words of the version.</summary>
    public string ImagesPlugin => IsSplit ? Images : RuntimePlugin;

    public JsonObject? Plugins => Root["plugins"] as JsonObject;

    public JsonObject? RuntimeSettings => Table(RuntimePlugin);

    public JsonObject? ImageSettings => Table(ImagesPlugin);

    public string? SandboxImage => IsSplit ? Text(ImageSettings, "pinned_images", "sandbox") : Text(ImageSettings, "sandbox_image");

    public JsonObject? Registry => ImageSettings?["registry"] as JsonObject;

    public string? RegistryFolder => Text(Registry, "config_path") is { Length: > 0 } folder ? folder : null;

    public string DefaultRuntime => Text(RuntimeSettings, "containerd", "default_runtime_name") ?? "runc";

    public JsonObject? Runtimes => (RuntimeSettings?["containerd"] as JsonObject)?["runtimes"] as JsonObject;

    /// <summary>Null where the file does not say: containerd then uses cgroupfs.</summary>
    public bool? SystemdDriver =>
        ((Runtimes?[DefaultRuntime] as JsonObject)?["options"] as JsonObject)?["SystemdCgroup"] is JsonValue value
        && value.TryGetValue(out bool systemd)
            ? systemd
            : null;

    /// <returns>Null when the image has no such file; the problem when it cannot be read.</returns>
    public static (RuntimeConfiguration? Configuration, Diagnostic? Problem) Read(ExaminedImage image)
    {
        if (image.Text(NodeFiles.RuntimeConfiguration) is not { } text)
            return (null, null);
        try
        {
            JsonObject root = TomlDocument.Read(text);
            return (new(root, ConfigurationRewriting.VersionOf(root)), null);
        }
        catch (TomlException wrong)
        {
            return (
                null,
                new(ErrorCodes.RuntimeConfigurationInvalid, "containerd's configuration is no TOML")
                {
                    Where = image.Where(NodeFiles.RuntimeConfiguration) with { Line = wrong.Line, Column = wrong.Column },
                    Got = wrong.Message,
                    Hint = ErrorCodes.RuntimeConfigurationInvalid.Remedy,
                }
            );
        }
    }

    public JsonObject? Table(string plugin) => Plugins?[plugin] as JsonObject;

    /// <summary>The text at a path of keys; null where something else is, or nothing.</summary>
    public static string? Text(JsonNode? table, params ReadOnlySpan<string> path)
    {
        foreach (string key in path)
            table = (table as JsonObject)?[key];
        return table is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;
    }
}
