using System.Text.Json.Nodes;

namespace NodeForge.Matrices.Emission;

/// <summary>The pods of a matrix, as Pod Security's profile "restricted" wants them: no root, no capability, nothing written but in volumes
/// that go with the pod.</summary>
/// <param name="target">The cluster.</param>
/// <param name="matrixPath">Within the archive.</param>
/// <param name="files">The ConfigMap that has the archive.</param>
/// <param name="matrix">The matrix's name.</param>
internal sealed class PodTemplate(ClusterTarget target, string matrixPath, string files, string matrix)
{
    /// <summary>The archive's name in its ConfigMap.</summary>
    public const string Archive = "matrix.tar.gz";

    /// <summary>The name of the authorities' certificates in the same ConfigMap.</summary>
    public const string Authorities = "authorities.pem";

    /// <summary>Whose Jobs they are.</summary>
    public const string Label = "nodeforge.dev/matrix";

    private const int Nobody = 65532; // the user of images without one
    private const string MatrixFolder = "/matrix";
    private const string FilesFolder = "/files";
    private const string CacheFolder = "/cache";
    private const string DockerFolder = "/docker";

    public JsonObject Labels() => new() { ["app.kubernetes.io/name"] = "nodeforge", [Label] = matrix };

    /// <param name="arguments">Of <c>nodeforge matrix build</c>, after the matrix.</param>
    /// <param name="waits">Whether it waits for what other pods make: it must not take the room that these need.</param>
    public JsonObject Write(IEnumerable<string> arguments, bool waits)
    {
        // What a container made before it was stopped stays in the pod's volumes: the next one goes on.
        JsonObject spec = new()
        {
            ["restartPolicy"] = "OnFailure",
            ["automountServiceAccountToken"] = false,
            ["enableServiceLinks"] = false,
        };
        if (target.RegistrySecret is { } pull)
            spec["imagePullSecrets"] = new JsonArray(new JsonObject { ["name"] = pull });
        spec["securityContext"] = new JsonObject
        {
            ["runAsNonRoot"] = true,
            ["runAsUser"] = Nobody,
            ["runAsGroup"] = Nobody,
            ["fsGroup"] = Nobody,
            ["seccompProfile"] = new JsonObject { ["type"] = "RuntimeDefault" },
        };
        spec["initContainers"] = new JsonArray(Unpacking());
        spec["containers"] = new JsonArray(Building(arguments, waits));
        spec["volumes"] = Volumes();
        return new()
        {
            ["metadata"] = new JsonObject { ["labels"] = Labels() },
            ["spec"] = spec,
        };
    }

    private JsonObject Unpacking()
    {
        JsonObject container = Container(
            "files",
            ["tar", "--extract", "--gzip", "--no-same-owner", "--file", $"{FilesFolder}/{Archive}", "--directory", MatrixFolder]
        );
        container["volumeMounts"] = new JsonArray(Mount("files", FilesFolder, readOnly: true), Mount("matrix", MatrixFolder));
        return container;
    }

    private JsonObject Building(IEnumerable<string> arguments, bool waits)
    {
        JsonObject container = Container("nodeforge", ["nodeforge", "matrix", "build", $"{MatrixFolder}/{matrixPath}", .. arguments]);
        container["env"] = new JsonArray([
            .. Variables().Select(variable => new JsonObject { ["name"] = variable.Key, ["value"] = variable.Value }),
        ]);
        container["resources"] = new JsonObject
        {
            ["requests"] = waits
                ? new JsonObject { ["cpu"] = "50m", ["memory"] = "256Mi" }
                : new JsonObject { ["cpu"] = "1", ["memory"] = "1Gi" },
            ["limits"] = new JsonObject { ["memory"] = "2Gi" },
        };
        JsonArray mounts = new(Mount("matrix", MatrixFolder, readOnly: true), Mount("cache", CacheFolder), Mount("tmp", "/tmp"));
        if (target.Authorities is not null)
            mounts.Add((JsonNode)Mount("files", FilesFolder, readOnly: true));
        if (target.RegistrySecret is not null)
            mounts.Add((JsonNode)Mount("docker", DockerFolder, readOnly: true));
        container["volumeMounts"] = mounts;
        return container;
    }

    private JsonObject Container(string name, IEnumerable<string> command) =>
        new()
        {
            ["name"] = name,
            ["image"] = target.Image,
            ["command"] = new JsonArray([.. command.Select(word => JsonValue.Create(word))]),
            ["securityContext"] = new JsonObject
            {
                ["allowPrivilegeEscalation"] = false,
                ["readOnlyRootFilesystem"] = true,
                ["capabilities"] = new JsonObject { ["drop"] = new JsonArray("ALL") },
            },
        };

    private JsonArray Volumes()
    {
        JsonArray volumes = new(
            new JsonObject
            {
                ["name"] = "files",
                ["configMap"] = new JsonObject { ["name"] = files },
            },
            Empty("matrix"),
            Empty("cache"),
            Empty("tmp")
        );
        if (target.RegistrySecret is { } secret)
            volumes.Add(
                (JsonNode)
                    new JsonObject
                    {
                        ["name"] = "docker",
                        ["secret"] = new JsonObject
                        {
                            ["secretName"] = secret,
                            ["items"] = new JsonArray(new JsonObject { ["key"] = ".dockerconfigjson", ["path"] = "config.json" }),
                        },
                    }
            );
        return volumes;
    }

    private SortedDictionary<string, string> Variables()
    {
        SortedDictionary<string, string> variables = new(StringComparer.Ordinal)
        {
            ["HOME"] = "/tmp",
            ["NODEFORGE_CACHE"] = CacheFolder,
            ["TMPDIR"] = "/tmp",
        };
        if (target.RegistrySecret is not null)
            variables["DOCKER_CONFIG"] = DockerFolder;
        // Beside the folder of authorities that the image names (SSL_CERT_DIR), not instead of it.
        if (target.Authorities is not null)
            variables["SSL_CERT_FILE"] = $"{FilesFolder}/{Authorities}";
        foreach ((string name, string value) in target.Environment)
            variables[name] = value;
        return variables;
    }

    private static JsonObject Empty(string name) => new() { ["name"] = name, ["emptyDir"] = new JsonObject() };

    private static JsonObject Mount(string name, string path, bool readOnly = false)
    {
        JsonObject mount = new() { ["name"] = name, ["mountPath"] = path };
        if (readOnly)
            mount["readOnly"] = true;
        return mount;
    }
}
