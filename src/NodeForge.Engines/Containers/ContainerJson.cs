using System.Text.Json.Serialization;

namespace NodeForge.Engines.Containers;

/// <summary>What is written to engines about containers, and read from them.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ContainerDetails))]
[JsonSerializable(typeof(List<ContainerSummary>))]
[JsonSerializable(typeof(CreateExecBody))]
[JsonSerializable(typeof(StartExecBody))]
[JsonSerializable(typeof(ExecState))]
internal sealed partial class ContainerJson : JsonSerializerContext;
