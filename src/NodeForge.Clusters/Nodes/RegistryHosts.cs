using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using NodeForge.Clusters.Configuration;
using NodeForge.Documents.Toml;

namespace NodeForge.Clusters.Nodes;

/// <summary>Turns registry mirrors and their TLS settings, as containerd took them in its configuration once, into the hosts.toml files
/// that it takes now.</summary>
/// <remarks>containerd refuses its CRI plugin where <c>registry.mirrors</c> or <c>registry.configs.HOST.tls</c> stand beside
/// <c>registry.config_path</c>, which node
/// images have; version 2 takes the former no longer. Format: containerd's docs/hosts.md and docs/cri/registry.md.</remarks>
internal static partial class RegistryHosts
{
    // The section's name in versions 3 and later, 2 and 1 of the configuration.
    private static readonly string[] Sections = ["io.containerd.cri.v1.images", "io.containerd.grpc.v1.cri", "cri"];

    /// <summary>Whether patches of a cluster file ask for what would be turned into files.</summary>
    public static bool Concern(ContainerdPatches patches) =>
        patches.Merges.Any(text => Parts(TomlDocument.Read(text)).Any(HasOldParts))
        || patches.JsonPatches.Any(text =>
            text.Contains("/registry/mirrors", StringComparison.Ordinal) || text.Contains("/registry/configs", StringComparison.Ordinal)
        );

    /// <summary>Takes the old settings out of a configuration that has a folder for hosts.toml files.</summary>
    /// <returns>The files that say the same; none where nothing is to be turned.</returns>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ClusterFileValue"/>: a host or an endpoint that is none.</exception>
    public static IReadOnlyList<NodeFile> TakeFrom(JsonObject configuration)
    {
        List<NodeFile> files = [];
        foreach (JsonObject registry in Parts(configuration))
        {
            if (registry["config_path"]?.ToString() is not { Length: > 0 } folders || !HasOldParts(registry))
                continue;
            // Several folders stand with a colon between, the first one asked first.
            string folder = folders.Split(':')[0];
            JsonObject mirrors = registry["mirrors"] as JsonObject ?? [];
            JsonObject configs = registry["configs"] as JsonObject ?? [];
            HashSet<string> mirrored = [.. mirrors.SelectMany(mirror => Endpoints(mirror.Value)).Select(endpoint => endpoint.Authority)];
            foreach ((string host, JsonNode? mirror) in mirrors)
                files.Add(File(folder, host, Endpoints(mirror), configs));
            foreach (
                (string host, _) in configs.Where(config =>
                    Tls(configs, config.Key) is not null && !mirrored.Contains(config.Key) && !mirrors.ContainsKey(config.Key)
                )
            )
                files.Add(File(folder, host, [], configs));
            registry.Remove("mirrors");
            foreach (JsonObject config in configs.Select(pair => pair.Value).OfType<JsonObject>())
                config.Remove("tls");
        }

        return files;
    }

    private static IEnumerable<JsonObject> Parts(JsonObject configuration) =>
        Sections.Select(section => ((configuration["plugins"] as JsonObject)?[section] as JsonObject)?["registry"]).OfType<JsonObject>();

    private static bool HasOldParts(JsonObject registry) =>
        registry["mirrors"] is JsonObject { Count: > 0 }
        || (registry["configs"] is JsonObject configs && configs.Any(config => Tls(configs, config.Key) is not null));

    private static JsonObject? Tls(JsonObject configs, string host) => (configs[host] as JsonObject)?["tls"] as JsonObject;

    private static NodeFile File(string folder, string host, IReadOnlyList<Uri> endpoints, JsonObject configs)
    {
        if (host != "*" && !Host().IsMatch(host))
            throw Refused("a registry's name is no host", host, "HOST or HOST:PORT, or * for all");
        JsonObject hosts = [];
        foreach (Uri endpoint in endpoints)
            hosts[endpoint.OriginalString.TrimEnd('/')] = Settings(["pull", "resolve"], Tls(configs, endpoint.Authority));
        JsonObject document = [];
        if (host != "*")
        {
            string server = host == "docker.io" ? "https://registry-1.docker.io" : "https://" + host;
            document["server"] = server;
            // After its mirrors; settings of the registry's own stand only with a host of that address.
            if (Tls(configs, host) is { } own && !hosts.ContainsKey(server))
                hosts[server] = Settings(["pull", "resolve", "push"], own);
        }

        if (hosts.Count > 0)
            document["host"] = hosts;
        return NodeFile.Public($"{folder}/{(host == "*" ? "_default" : host)}/hosts.toml", TomlText.Of(document));
    }

    private static JsonObject Settings(string[] capabilities, JsonObject? tls)
    {
        JsonObject settings = new() { ["capabilities"] = new JsonArray([.. capabilities.Select(capability => (JsonNode)capability)]) };
        if (tls?["insecure_skip_verify"] is { } skip)
            settings["skip_verify"] = skip.DeepClone();
        if (tls?["ca_file"] is { } authority)
            settings["ca"] = authority.DeepClone();
        if (tls?["cert_file"] is { } certificate)
            settings["client"] = tls["key_file"] is { } key
                ? new JsonArray(new JsonArray(certificate.DeepClone(), key.DeepClone()))
                : certificate.DeepClone();
        return settings;
    }

    private static IReadOnlyList<Uri> Endpoints(JsonNode? mirror) =>
        mirror is JsonObject table && table["endpoint"] is JsonArray list
            ?
            [
                .. list.Select(item =>
                    Uri.TryCreate(item?.ToString(), UriKind.Absolute, out Uri? endpoint) && endpoint.Scheme is "http" or "https"
                        ? new Uri(item!.ToString())
                        : throw Refused("an endpoint is no address", item?.ToString() ?? "null", "http://HOST:PORT or https://HOST:PORT")
                ),
            ]
            : [];

    private static NodeForgeException Refused(string what, string got, string want) =>
        new(
            new Diagnostic(ErrorCodes.ClusterFileValue, what)
            {
                Where = new("containerdConfigPatches", Detail: "registry.mirrors"),
                Got = Printable.Escape(got),
                Want = want,
                Hint = "correct the patch; see https://github.com/containerd/containerd/blob/main/docs/hosts.md",
            }
        );

    // A name of a folder below certs.d too: no slash, no leading dot.
    [GeneratedRegex(@"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?$")]
    private static partial Regex Host();
}
