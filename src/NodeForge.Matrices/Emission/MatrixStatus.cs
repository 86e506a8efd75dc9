using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace NodeForge.Matrices.Emission;

/// <summary>How far the Jobs of a matrix are, as the cluster tells it.</summary>
/// <param name="Cells">In the order of the matrix.</param>
/// <param name="Images">Of the Job that writes the images.</param>
public sealed partial record MatrixStatus(IReadOnlyList<CellStatus> Cells, JobState Images)
{
    private const string Where = "the list of Jobs";

    /// <summary>Whether everything is built and written.</summary>
    public bool IsComplete => Images == JobState.Complete;

    public bool HasFailed => Images == JobState.Failed || Cells.Any(cell => cell.State == JobState.Failed);

    /// <summary>Bytes that a list of Jobs may have: a Job takes some kilobytes, and a matrix has at most 1000.</summary>
    public const int MostBytes = 64 << 20;

    /// <param name="matrix">Whose Jobs are looked for; of several sets of them the newest.</param>
    /// <param name="list">What <c>kubectl get jobs --output json</c> prints.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.MatrixJobsUnreadable"/>: it is no list of Jobs, or has more than <see cref="MostBytes"/>; <see
    /// cref="ErrorCodes.MatrixJobsMissing"/>: none is this matrix's.</exception>
    public static MatrixStatus Read(Matrix matrix, ReadOnlyMemory<byte> list)
    {
        try
        {
            if (list.Length > MostBytes)
                throw new FormatException($"more than {MostBytes >> 20} MiB");
            using JsonDocument document = JsonDocument.Parse(list);
            return Of(
                matrix,
                [.. document.RootElement.GetProperty("items").EnumerateArray().Select(KnownJob.Of).Where(job => job.IsOf(matrix))]
            );
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.MatrixJobsUnreadable, "this is no list of Jobs")
                {
                    Where = new(Where),
                    Got = wrong.Message,
                    Hint = ErrorCodes.MatrixJobsUnreadable.Remedy,
                },
                wrong
            );
        }
    }

    private static MatrixStatus Of(Matrix matrix, IReadOnlyList<KnownJob> jobs)
    {
        if (jobs.Count == 0)
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.MatrixJobsMissing, "no Job is this matrix's")
                {
                    Where = new(Where),
                    Want = $"Jobs labelled {PodTemplate.Label}={matrix.Name}",
                    Hint = ErrorCodes.MatrixJobsMissing.Remedy,
                }
            );
        string newest = jobs.MaxBy(job => job.Created)!.Suffix;
        KnownJob[] set = [.. jobs.Where(job => job.Suffix == newest)];
        return new(
            [.. matrix.Cells.Select((cell, number) => new CellStatus(cell, set.Select(job => job.StateOf(number)).Max()))],
            set.FirstOrDefault(job => job.Part == "images")?.State ?? JobState.Waiting
        );
    }

    /// <summary>A Job of some matrix.</summary>
    private sealed record KnownJob(
        string Matrix,
        string Part,
        string Suffix,
        DateTimeOffset Created,
        JobState State,
        string CompletedIndexes
    )
    {
        public bool IsOf(Matrix matrix) => Matrix == matrix.Name && Suffix.Length > 0;

        public static KnownJob Of(JsonElement job)
        {
            JsonElement metadata = job.GetProperty("metadata");
            string owner =
                metadata.TryGetProperty("labels", out JsonElement labels) && labels.TryGetProperty(PodTemplate.Label, out JsonElement label)
                    ? label.GetString()!
                    : "";
            string name = metadata.GetProperty("name").GetString()!;
            Match form = Name().Match(name.StartsWith(owner, StringComparison.Ordinal) ? name[owner.Length..] : "");
            JsonElement status = job.TryGetProperty("status", out JsonElement told) ? told : default;
            return new(
                owner,
                form.Groups["part"].Value,
                form.Groups["suffix"].Value,
                metadata.GetProperty("creationTimestamp").GetDateTimeOffset(),
                StateIn(status),
                Property(status, "completedIndexes")?.GetString() ?? ""
            );
        }

        public JobState StateOf(int cell) =>
            Part switch
            {
                "cells" when Has(CompletedIndexes, cell) => JobState.Complete,
                "cells" => State,
                _ when Part == string.Create(CultureInfo.InvariantCulture, $"cell-{cell}") => State,
                _ => JobState.Waiting,
            };

        // "0-2,5": Kubernetes' API, JobStatus.completedIndexes.
        private static bool Has(string indexes, int cell) =>
            indexes
                .Split(',', StringSplitOptions.RemoveEmptyEntries)
                .Select(range => range.Split('-').Select(number => int.Parse(number, CultureInfo.InvariantCulture)).ToArray())
                .Any(range => range[0] <= cell && cell <= range[^1]);

        private static JobState StateIn(JsonElement status)
        {
            foreach (JsonElement condition in Property(status, "conditions")?.EnumerateArray().ToArray() ?? [])
            {
                string type = condition.GetProperty("type").GetString()!;
                if (condition.GetProperty("status").GetString() == "True" && type is "Complete" or "Failed")
                    return type == "Complete" ? JobState.Complete : JobState.Failed;
            }

            return Property(status, "active")?.GetInt32() > 0 ? JobState.Running : JobState.Waiting;
        }

        private static JsonElement? Property(JsonElement of, string name) =>
            of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out JsonElement value) ? value : null;
    }

    [GeneratedRegex(@"\A-(?<part>cells|images|cell-[0-9]+)-(?<suffix>[0-9a-f]{8})\z")]
    private static partial Regex Name();
}

/// <param name="State">Of its pod, as far as its Job tells.</param>
public sealed record CellStatus(MatrixCell Cell, JobState State);

/// <summary>How far a Job is.</summary>
public enum JobState
{
    /// <summary>No pod yet.</summary>
    Waiting,
    Running,
    Failed,
    Complete,
}
