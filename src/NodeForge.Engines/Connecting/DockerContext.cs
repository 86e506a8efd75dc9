using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using NodeForge.Oci.Content;

namespace NodeForge.Engines.Connecting;

/// <summary>Reads the docker command's contexts: <c>config.json</c> and <c>contexts/meta/SHA256(name)/meta.json</c>.</summary>
internal static class DockerContext
{
    // Contexts have some hundred bytes, a configuration with many registries some thousand.
    private const int LongestFile = 4 << 20;

    /// <summary>The context that <c>docker context use</c> chose, or null for the default one.</summary>
    public static string? Current(string folder)
    {
        string path = Path.Combine(folder, "config.json");
        if (!File.Exists(path))
            return null;
        string? name = ReadJson(path, "docker configuration").CurrentContext;
        return name is null or "" or "default" ? null : name;
    }

    public static EngineEndpoint Read(string folder, string name, string origin, HostEnvironment host)
    {
        string id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
        string path = Path.Combine(folder, "contexts", "meta", id, "meta.json");
        if (!File.Exists(path))
            throw Invalid(origin, $"there is no docker context {name}", path);
        ContextFile file = ReadJson(path, origin);
        if (file.Endpoints?.GetValueOrDefault("docker") is not { Host: { Length: > 0 } address } docker)
            throw Invalid(origin, $"docker context {name} names no docker endpoint", path);
        string certificates = Path.Combine(folder, "contexts", "tls", id, "docker");
        EngineTls? tls = Directory.Exists(certificates) ? new(certificates, !docker.SkipTLSVerify) : null;
        return EngineEndpoint.Parse(address, $"docker context {name}", tls, host);
    }

    private static ContextFile ReadJson(string path, string origin)
    {
        try
        {
            byte[] text = RegularFile.ReadSmall(path, LongestFile, length => TooLong(path, origin, length));
            // An empty file is as none for docker.
            return text.AsSpan().Trim(" \t\r\n"u8).IsEmpty
                ? new()
                : JsonSerializer.Deserialize(text, ContextJson.Default.ContextFile) ?? new();
        }
        catch (Exception failure) when (failure is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.EngineAddressInvalid, $"{origin} cannot be read")
                {
                    Where = new(path),
                    Got = failure.Message,
                    Hint = "correct the file, or set DOCKER_HOST",
                },
                failure
            );
        }
    }

    private static NodeForgeException TooLong(string path, string origin, long length) =>
        new(
            new Diagnostic(ErrorCodes.EngineAddressInvalid, $"{origin} cannot be read")
            {
                Where = new(path),
                Got = $"{length} bytes",
                Want = $"at most {LongestFile}",
                Hint = "correct the file, or set DOCKER_HOST",
            }
        );

    private static NodeForgeException Invalid(string origin, string what, string path) =>
        new(
            new Diagnostic(ErrorCodes.EngineAddressInvalid, what)
            {
                Where = new(origin, Detail: path),
                Hint = "choose one that docker context ls shows, or set DOCKER_HOST",
            }
        );

    internal sealed record ContextFile
    {
        [System.Text.Json.Serialization.JsonPropertyName("currentContext")]
        public string? CurrentContext { get; init; }

        public Dictionary<string, ContextEndpoint>? Endpoints { get; init; }
    }

    internal sealed record ContextEndpoint
    {
        public string? Host { get; init; }

        public bool SkipTLSVerify { get; init; }
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(DockerContext.ContextFile))]
internal sealed partial class ContextJson : System.Text.Json.Serialization.JsonSerializerContext;
