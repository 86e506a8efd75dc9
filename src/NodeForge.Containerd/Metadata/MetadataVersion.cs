using System.Diagnostics.CodeAnalysis;

namespace NodeForge.Containerd.Metadata;

/// <summary>The version within schema v1 that a database says it has (containerd: metadata/db.go, dbVersion).</summary>
/// <remarks>
/// The records written here are the same in both. A database of version 3 is migrated by containerd 2.x when it starts; one of version 4 is
/// taken by 1.6 and 1.7 as it is, since they migrate only what is older than they are. Write the version of the containerd that will read
/// it.
/// </remarks>
[SuppressMessage("Design", "CA1008", Justification = "containerd numbers its schemas, and none has the number zero.")]
public enum MetadataVersion
{
    /// <summary>containerd 1.5 to 1.7.</summary>
    Containerd1 = 3,

    /// <summary>containerd 2.0 and later.</summary>
    Containerd2 = 4,
}
