using System.Text.Json;
using System.Text.Json.Serialization;
using NodeForge.Oci.Content;

namespace NodeForge.MSBuild;

/// <summary>What an artefact was built from, beside it. It is written when the artefact is whole, and holds for the file that it was
/// written for and no other.</summary>
/// <param name="Key">Of everything that decides the artefact's bytes.</param>
/// <param name="Artefact">The file as it was written.</param>
/// <param name="Images">The image IDs, one for each platform; of a bundle what names the set of its volumes.</param>
/// <param name="Warnings">Told again by a build that builds nothing.</param>
internal sealed record BuildRecord(string Key, string Artefact, IReadOnlyList<string> Images, IReadOnlyList<RecordedWarning> Warnings)
{
    /// <summary>The files of a bundle; none of an image, which is where its item says.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    public static string Beside(string output) => Path.Combine(Path.GetDirectoryName(output)!, $".{Path.GetFileName(output)}.built.json");

    /// <returns>Null where there is none, or none that can be believed: then the artefact is made again.</returns>
    public static BuildRecord? Read(string path, string artefact) =>
        Read(path) is { } read && read.Artefact == IdentityOf(artefact) ? read : null;

    /// <returns>Null where there is none; whether its artefact is still the one that was written is for the caller to see.</returns>
    public static BuildRecord? Read(string path)
    {
        try
        {
            BuildRecord? read = JsonSerializer.Deserialize(File.ReadAllBytes(path), RecordJson.Default.BuildRecord);
            return read is { Key: not null, Images: not null, Warnings: not null } ? read with { Files = read.Files ?? [] } : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    public void Write(string path) =>
        AtomicFile.WriteAllBytes(path, JsonSerializer.SerializeToUtf8Bytes(this, RecordJson.Default.BuildRecord));

    /// <summary>Tells without reading whether a file is still the one that was there; empty where there is none.</summary>
    public static string IdentityOf(string file) => FileIdentity.Of(file)?.ToString() ?? "";

    public static string IdentityOf(IReadOnlyList<string> files) => string.Join('\n', files.Select(IdentityOf));
}

/// <summary>A warning as it was logged.</summary>
/// <param name="Line">1-based; 0 where it is in no line.</param>
/// <param name="Column">1-based; 0 where it is in no line.</param>
internal sealed record RecordedWarning(string Code, string File, int Line, int Column, string Text);

[JsonSerializable(typeof(BuildRecord))]
internal sealed partial class RecordJson : JsonSerializerContext;
