using System.Text.Json.Serialization;

namespace NodeForge.Engines.Volumes;

/// <summary>What engines answer about volumes.</summary>
[JsonSerializable(typeof(VolumeList))]
internal sealed partial class VolumeJson : JsonSerializerContext;
