using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using NodeForge.Engines.Connecting;
using NodeForge.Oci.Content;

namespace NodeForge.Clusters.Creation;

/// <summary>A file for each creation that has begun and not ended: the next run knows of a cluster that was left half-made, and two do not
/// make one at once.</summary>
/// <remarks>A second file beside it is locked while its process lives; the kernel gives the lock up however that ends.</remarks>
internal sealed class CreationJournal : IDisposable
{
    private readonly FileStream? held;
    private readonly string path;
    private bool isUsed;

    private CreationJournal(FileStream? held, string path)
    {
        (this.held, this.path) = (held, path);
        Previous = held is null ? null : Read(path);
    }

    /// <summary>A creation of that name whose process is gone without having ended it.</summary>
    public CreationEntry? Previous { get; }

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.ClusterBusy"/>: a process that lives is at it.</exception>
    public static CreationJournal Begin(string folder, string cluster, EngineEndpoint engine)
    {
        string path = PathOf(folder, cluster, engine);
        try
        {
            Directory.CreateDirectory(folder);
            return new(new FileStream(LockOf(path), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None), path);
        }
        catch (IOException) when (File.Exists(LockOf(path)))
        {
            throw Busy(cluster, Read(path));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Without a place to write, a cluster can still be made: the labels on its parts are what removes it.
            return new(null, path);
        }
    }

    /// <summary>Says what is about to be made, before anything is.</summary>
    public void Write(CreationEntry entry)
    {
        if (held is null)
            return;
        isUsed = true;
        using FileStream file = File.Create(path);
        JsonSerializer.Serialize(file, entry, JournalJson.Default.CreationEntry);
        file.Flush(flushToDisk: true);
    }

    /// <summary>The cluster is whole, or wholly gone.</summary>
    public void End()
    {
        if (held is null)
            return;
        isUsed = true;
        File.Delete(path);
        // Before the lock is given up: who opens the file until then finds it locked.
        File.Delete(LockOf(path));
    }

    /// <summary>Takes out what stands of a cluster that is no more, unless its creation goes on.</summary>
    public static void Forget(string folder, string cluster, EngineEndpoint engine)
    {
        try
        {
            if (!File.Exists(PathOf(folder, cluster, engine)))
                return;
            using CreationJournal journal = Begin(folder, cluster, engine);
            journal.End();
        }
        catch (NodeForgeException)
        {
            // Whose creation goes on notices by itself that its parts are gone.
        }
    }

    /// <summary>Those whose process is gone without having ended its creation; who disposes of one gives it up again.</summary>
    public static IEnumerable<CreationJournal> Abandoned(string folder, EngineEndpoint engine)
    {
        string[] paths = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.json") : [];
        foreach (string path in paths)
        {
            if (Read(path) is { } entry && PathOf(folder, entry.Cluster, engine) == path && Try(folder, entry.Cluster, engine) is { } left)
                yield return left;
        }
    }

    public void Dispose()
    {
        // Refused before anything was made: nothing of it stays.
        if (!isUsed && Previous is null)
            End();
        held?.Dispose();
    }

    private static CreationJournal? Try(string folder, string cluster, EngineEndpoint engine)
    {
        try
        {
            CreationJournal journal = Begin(folder, cluster, engine);
            if (journal.Previous is not null)
                return journal;
            journal.Dispose();
        }
        catch (NodeForgeException)
        {
            // Its process lives.
        }

        return null;
    }

    // An engine's address has slashes, and a folder's name has a limit.
    private static string PathOf(string folder, string cluster, EngineEndpoint engine) =>
        Path.Combine(
            folder,
            $"{cluster}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(engine.Address.OriginalString)))[..12]}.json"
        );

    private static string LockOf(string path) => Path.ChangeExtension(path, ".lock");

    private const int LongestEntry = 1 << 20;

    private static CreationEntry? Read(string path)
    {
        try
        {
            return RegularFile.SizeOf(path) is <= LongestEntry
                ? JsonSerializer.Deserialize(File.ReadAllText(path), JournalJson.Default.CreationEntry)
                : null;
        }
        catch (Exception failure) when (failure is JsonException or IOException or UnauthorizedAccessException)
        {
            // Cut off while it was written: then nothing was made yet.
            return null;
        }
    }

    private static NodeForgeException Busy(string cluster, CreationEntry? other) =>
        new(
            new Diagnostic(ErrorCodes.ClusterBusy, $"another process makes the cluster {cluster} at this moment")
            {
                Where = new(cluster),
                Got = other is null
                    ? null
                    : string.Create(CultureInfo.InvariantCulture, $"process {other.Process}, since {other.Started:u}"),
                Hint = "wait for it, or choose another name with --name",
            }
        );
}

/// <summary>What a journal says of a creation.</summary>
internal sealed record CreationEntry
{
    public int SchemaVersion { get; init; } = 1;

    public string Cluster { get; init; } = string.Empty;

    /// <summary>The engine's address.</summary>
    public string Engine { get; init; } = string.Empty;

    /// <summary>The value of the label that everything of this creation carries.</summary>
    public string Creation { get; init; } = string.Empty;

    /// <summary>What a trial tries; empty for a creation.</summary>
    public string Image { get; init; } = string.Empty;

    /// <summary>The process that makes it.</summary>
    public int Process { get; init; }

    public DateTimeOffset Started { get; init; }
}

[System.Text.Json.Serialization.JsonSourceGenerationOptions(
    PropertyNamingPolicy = System.Text.Json.Serialization.JsonKnownNamingPolicy.CamelCase
)]
[System.Text.Json.Serialization.JsonSerializable(typeof(CreationEntry))]
internal sealed partial class JournalJson : System.Text.Json.Serialization.JsonSerializerContext;
