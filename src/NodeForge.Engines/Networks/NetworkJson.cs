using System.Text.Json.Serialization;

namespace NodeForge.Engines.Networks;

/// <summary>What is written to engines about networks, and read from them.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CreateNetworkBody))]
[JsonSerializable(typeof(NetworkDetails))]
[JsonSerializable(typeof(List<NetworkDetails>))]
internal sealed partial class NetworkJson : JsonSerializerContext;
