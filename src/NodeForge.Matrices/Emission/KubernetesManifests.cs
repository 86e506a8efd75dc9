using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using NodeForge.Kubernetes;
using NodeForge.Oci;
using NodeForge.Oci.Compression;

namespace NodeForge.Matrices.Emission;

/// <summary>A matrix as Jobs of a Kubernetes cluster: one that builds cells, and one that writes the images once the shared cache has all
/// of them.</summary>
/// <remarks>Jobs are named by what they do. Applied again they are as they were; of a changed matrix there are others beside
/// them.</remarks>
public sealed class KubernetesManifests
{
    private const int MostPacked = 1_000_000; // bytes; a ConfigMap takes 1 MiB (Kubernetes, core/validation: MaxSecretSize)

    // Restarts of a pod at a registry that is away for an hour and a half: pauses double from 10 seconds to 5 minutes, and stay there.
    private const int RestartsOfPod = 24;

    private readonly Matrix matrix;
    private readonly ClusterTarget target;
    private readonly MatrixWorkspace workspace;
    private readonly PodTemplate pod;
    private readonly string suffix;

    private KubernetesManifests(Matrix matrix, ClusterTarget target, MatrixWorkspace workspace)
    {
        this.matrix = matrix;
        this.target = target;
        this.workspace = workspace;
        suffix = Digest.Of(Encoding.UTF8.GetBytes(string.Join('\0', (string[])[workspace.Digest.Hex, .. Facts()]))).Hex[..8];
        pod = new(target, workspace.MatrixPath, FilesName, matrix.Name);
    }

    private string FilesName => $"{matrix.Name}-files-{suffix}";

    /// <returns>Files by name.</returns>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.MatrixNotPortable"/>.</exception>
    public static IReadOnlyDictionary<string, string> Write(Matrix matrix, ClusterTarget target)
    {
        RefuseFolders(matrix, target);
        KubernetesManifests manifests = new(matrix, target, MatrixWorkspace.Of(matrix));
        SortedDictionary<string, string> files = new(StringComparer.Ordinal)
        {
            ["cells.yaml"] = YamlOutput.Write(manifests.Cells()),
            ["files.yaml"] = YamlOutput.Write(manifests.Files()),
            ["images.yaml"] = YamlOutput.Write(manifests.Images()),
            ["namespace.yaml"] = YamlOutput.Write(manifests.Namespace()),
        };
        JsonObject kustomization = new()
        {
            ["apiVersion"] = "kustomize.config.k8s.io/v1beta1",
            ["kind"] = "Kustomization",
            ["namespace"] = target.Namespace,
            ["resources"] = new JsonArray([.. files.Keys.Select(file => JsonValue.Create(file))]),
        };
        files["kustomization.yaml"] = YamlOutput.Write(kustomization);
        return files;
    }

    // What a pod writes to its own disk goes with it.
    private static void RefuseFolders(Matrix matrix, ClusterTarget target)
    {
        IReadOnlyList<string> outputs = target.Outputs.Count > 0 ? target.Outputs : matrix.Outputs;
        string? local = outputs.FirstOrDefault(output => !output.StartsWith("docker://", StringComparison.Ordinal));
        if (outputs.Count > 0 && local is null)
            return;
        throw new NodeForgeException(
            new Diagnostic(ErrorCodes.MatrixNotPortable, "what a cluster builds goes to a registry")
            {
                Where = new(matrix.File),
                Got = local ?? "no output",
                Want = "docker://HOST/REPOSITORY:{image}",
                Hint = "name one in the matrix's outputs, or with --push",
            }
        );
    }

    private IEnumerable<string> Facts() =>
        [
            target.Image,
            target.Cache,
            target.RegistrySecret ?? "",
            target.Authorities ?? "",
            Changes.IndexedJobs.HoldsFor(target.Version).ToString(),
            .. target.Outputs,
            .. target.Environment.Select(variable => $"{variable.Key}={variable.Value}"),
        ];

    // A cluster that knows no admission by Pod Security (before 1.23) keeps the labels and does nothing.
    private JsonObject Namespace() =>
        new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Namespace",
            ["metadata"] = new JsonObject
            {
                ["name"] = target.Namespace,
                ["labels"] = new JsonObject { ["pod-security.kubernetes.io/enforce"] = "restricted" },
            },
        };

    private JsonObject Files()
    {
        using MemoryStream packed = new();
        using (Stream encoder = LayerEncoding.Gzip.Encode(packed))
            encoder.Write(workspace.Tar);
        byte[] bytes = packed.ToArray();
        int size = bytes.Length + Encoding.UTF8.GetByteCount(target.Authorities ?? "");
        if (size > MostPacked)
            throw MatrixWorkspace.TooLarge(matrix, size, MostPacked);
        JsonObject files = new()
        {
            ["apiVersion"] = "v1",
            ["kind"] = "ConfigMap",
            ["metadata"] = Metadata(FilesName),
            ["immutable"] = true,
            ["binaryData"] = new JsonObject { [PodTemplate.Archive] = Convert.ToBase64String(bytes) },
        };
        if (target.Authorities is { } certificates)
            files["data"] = new JsonObject { [PodTemplate.Authorities] = certificates };
        return files;
    }

    private IEnumerable<JsonObject> Cells()
    {
        IReadOnlyList<MatrixCell> cells = matrix.Cells;
        if (!Changes.IndexedJobs.HoldsFor(target.Version))
            return cells.Select(
                (cell, number) =>
                    Job(
                        string.Create(CultureInfo.InvariantCulture, $"{matrix.Name}-cell-{number}-{suffix}"),
                        [],
                        RestartsOfPod,
                        ["--cell", cell.ToString(), .. Caches]
                    )
            );
        int parallelism = Math.Min(target.Parallelism, cells.Count);
        JsonObject indexed = new()
        {
            ["completionMode"] = "Indexed",
            ["completions"] = cells.Count,
            ["parallelism"] = parallelism,
        };
        // The pods of all indexes have one limit; one more for each cell, whose pod may be evicted or killed.
        int restarts = (RestartsOfPod * parallelism) + cells.Count;
        return [Job($"{matrix.Name}-cells-{suffix}", indexed, restarts, ["--cell", "$(JOB_COMPLETION_INDEX)", .. Caches])];
    }

    // It fails as long as a cell is not made yet, and is begun again by the cluster, later each time: every 5 minutes in the end, and that
    // is what a cell may take.
    private JsonObject Images() =>
        Job(
            $"{matrix.Name}-images-{suffix}",
            [],
            RestartsOfPod + matrix.Cells.Count,
            ["--cache-only", "--cache-from", target.Cache, .. target.Outputs.SelectMany(output => (string[])["--output", output])],
            waits: true
        );

    // A cell that left nothing is no cell to the Job that waits for it, whatever it made.
    private string[] Caches => ["--cache-from", target.Cache, "--cache-to", target.Cache, "--cache-required"];

    private JsonObject Job(string name, JsonObject mode, int restarts, IEnumerable<string> arguments, bool waits = false)
    {
        JsonObject spec = mode;
        spec["backoffLimit"] = restarts;
        spec["template"] = pod.Write(arguments, waits);
        return new()
        {
            ["apiVersion"] = "batch/v1",
            ["kind"] = "Job",
            ["metadata"] = Metadata(name),
            ["spec"] = spec,
        };
    }

    private JsonObject Metadata(string name) =>
        new()
        {
            ["name"] = name,
            ["namespace"] = target.Namespace,
            ["labels"] = pod.Labels(),
        };
}
