using System.Text.Json.Serialization;

namespace NodeForge.Engines;

/// <summary>What engines say of themselves.</summary>
/// <remarks>Generated readers hand init accessors null for what an answer lacks, whatever the initialiser says; so the accessors of the
/// answers' records put the default there.</remarks>
[JsonSerializable(typeof(EngineVersion))]
[JsonSerializable(typeof(EngineInformation))]
internal sealed partial class EngineJson : JsonSerializerContext;
