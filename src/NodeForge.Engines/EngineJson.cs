using System.Text.Json;
using System.Text.Json.Serialization;
using NodeForge.Engines.Calling;
using NodeForge.Engines.Containers;
using NodeForge.Engines.Images;
using NodeForge.Engines.Networks;
using NodeForge.Engines.Volumes;

namespace NodeForge.Engines;

/// <summary>What is written to engines, and read from them.</summary>
/// <remarks>Generated readers hand init accessors null for what an answer lacks, whatever the initialiser says; so the accessors of the
/// answers' records put the default there.</remarks>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EngineMessage))]
[JsonSerializable(typeof(EngineVersion))]
[JsonSerializable(typeof(EngineInformation))]
[JsonSerializable(typeof(LoadMessage))]
[JsonSerializable(typeof(ImageDetails))]
[JsonSerializable(typeof(List<ImageSummary>))]
[JsonSerializable(typeof(CreatedObject))]
[JsonSerializable(typeof(ContainerDetails))]
[JsonSerializable(typeof(List<ContainerSummary>))]
[JsonSerializable(typeof(CreateExecBody))]
[JsonSerializable(typeof(StartExecBody))]
[JsonSerializable(typeof(ExecState))]
[JsonSerializable(typeof(CreateNetworkBody))]
[JsonSerializable(typeof(NetworkDetails))]
[JsonSerializable(typeof(List<NetworkDetails>))]
[JsonSerializable(typeof(VolumeList))]
internal sealed partial class EngineJson : JsonSerializerContext
{
    /// <summary>Reads what engines and the things before them write in whatever case.</summary>
    public static EngineJson Lenient { get; } = new(new JsonSerializerOptions { PropertyNameCaseInsensitive = true });
}
