using System.Text.Json;
using System.Text.Json.Serialization;
using NodeForge.Images.Fetching;
using NodeForge.Oci;
using NodeForge.Oci.Content;

namespace NodeForge.Images.Assembly;

/// <summary>Remembers what an action made: nothing is done twice whose inputs did not change.</summary>
/// <remarks>An entry counts only while all of its content is in the store; entries are small files that appear by rename.</remarks>
public sealed class ActionCache
{
    private static readonly TimeSpan QuietWait = TimeSpan.FromSeconds(2);
    private readonly string folder;
    private readonly BlobStore store;
    private readonly IForgeReporter reporter;

    public ActionCache(string folder, BlobStore store, IForgeReporter reporter)
    {
        this.folder = Path.GetFullPath(folder);
        this.store = store;
        this.reporter = reporter;
    }

    /// <summary>What the action made before, or null.</summary>
    public IReadOnlyList<ActionOutput>? Find(Digest key)
    {
        byte[] json;
        try
        {
            json = File.ReadAllBytes(PathOf(key));
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.Explain(PathOf(key), failure);
        }

        try
        {
            IReadOnlyList<ActionOutput>? outputs = JsonSerializer.Deserialize(json, ActionJson.Default.IReadOnlyListActionOutput);
            return outputs is { Count: > 0 } && outputs.All(output => output is not null && store.SizeOf(output.Digest) == output.Size) ? outputs : null;
        }
        catch (JsonException)
        {
            return null; // written by hand or torn by a dying disk: the action is done again
        }
    }

    public void Remember(Digest key, IReadOnlyList<ActionOutput> outputs) =>
        AtomicFile.WriteAllBytes(PathOf(key), JsonSerializer.SerializeToUtf8Bytes(outputs, ActionJson.Default.IReadOnlyListActionOutput));

    /// <summary>Finds what the action made, or does it, as one step of the build.</summary>
    /// <param name="key">What decides the result.</param>
    /// <param name="step">The step, begun; it is finished here.</param>
    /// <param name="run">Does the work and puts the content in the store.</param>
    public async Task<IReadOnlyList<ActionOutput>> GetOrRunAsync(Digest key, ForgeStep step, Func<Task<IReadOnlyList<ActionOutput>>> run, CancellationToken cancellationToken)
    {
        if (Find(key) is { } known)
        {
            step.Finish("cached");
            return known;
        }

        // Two builds that want the same thing: the second waits and finds it made.
        using DigestLock held = await DigestLock.TakeAsync(PathOf(key) + ".lock", QuietWait, TimeProvider.System, holder => reporter.Report(new ProgramSaid("nodeforge", $"waiting for {holder}, which makes the same")), cancellationToken).ConfigureAwait(false);
        if (Find(key) is { } made)
        {
            step.Finish("made by another build");
            return made;
        }

        IReadOnlyList<ActionOutput> outputs = await run().ConfigureAwait(false);
        Remember(key, outputs);
        held.RemoveWhenReleased();
        step.Finish(ByteCount.Show(outputs.Sum(output => output.Size)));
        return outputs;
    }

    private string PathOf(Digest key) => Path.Combine(folder, key.Hex);
}

/// <summary>Content that an action made.</summary>
/// <param name="Name">What it is to the action.</param>
/// <param name="Digest">Its name in the store.</param>
/// <param name="Size">Bytes.</param>
public sealed record ActionOutput(string Name, Digest Digest, long Size)
{
    public string? MediaType { get; init; }

    /// <summary>For a layer: the digest of its plain tar.</summary>
    public Digest? DiffId { get; init; }

    /// <summary>For a file: whether it is a program.</summary>
    public bool Executable { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault, RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(IReadOnlyList<ActionOutput>))]
internal sealed partial class ActionJson : JsonSerializerContext;
