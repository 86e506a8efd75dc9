namespace NodeForge.Clusters.Diagnostics;

/// <summary>A cluster's logs that were saved.</summary>
/// <param name="Folder">Where.</param>
/// <param name="Nodes">What was taken from each container.</param>
public sealed record ExportedLogs(string Folder, IReadOnlyList<ExportedNodeLogs> Nodes);

/// <summary>What was taken from a node.</summary>
/// <param name="Name">The node.</param>
/// <param name="State">running, exited and so on: what does not run tells less.</param>
/// <param name="Files">How many files.</param>
/// <param name="Bytes">How many bytes they have.</param>
/// <param name="Problems">What could not be taken, and why.</param>
public sealed record ExportedNodeLogs(string Name, string State, int Files, long Bytes, IReadOnlyList<string> Problems);
