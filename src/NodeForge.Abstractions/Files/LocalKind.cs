namespace NodeForge.Files;

/// <summary>What lies at a path of this machine.</summary>
public enum LocalKind
{
    Missing,
    File,
    Folder,
    SymbolicLink,

    /// <summary>A device, a socket or a FIFO: nothing that an image can be made of, and opening it may never return.</summary>
    Special,
}
