namespace NodeForge.Recipes;

/// <summary>What a recipe lays over packages and binaries, and how the image runs.</summary>
public sealed record ImageContents
{
    /// <summary>In the order of the text; a later one wins over an earlier one at the same path.</summary>
    public IReadOnlyList<FileSource> Files { get; init; } = [];

    public SystemdUnits Systemd { get; init; } = new();

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<string> Entrypoint { get; init; } = [];

    public IReadOnlyList<string> Command { get; init; } = [];

    public string? User { get; init; }

    public string? WorkingDirectory { get; init; }

    public string? StopSignal { get; init; }

    public IEnumerable<string> LocalInputs => Files.Select(file => file.Source).OfType<string>();
}

/// <summary>One file, folder, link or tree to lay down.</summary>
public sealed record FileSource
{
    /// <summary>Absolute in the image; for a tree the folder that it is laid over.</summary>
    public required string Path { get; init; }

    public required FileSourceKind Kind { get; init; }

    /// <summary>The local file or tree, absolute.</summary>
    public string? Source { get; init; }

    /// <summary>The text of an inline file.</summary>
    public string? Content { get; init; }

    /// <summary>What a link says.</summary>
    public string? Target { get; init; }

    /// <summary>A program that a Kubernetes build made, by name.</summary>
    public string? KubernetesBinary { get; init; }

    /// <summary>Permission bits with setuid, setgid and sticky, at most 07777; null: 0755 for folders and executables, else 0644.</summary>
    public int? Mode { get; init; }

    public int Uid { get; init; }

    public int Gid { get; init; }
}

public enum FileSourceKind
{
    Tree,
    File,
    Content,
    Directory,
    SymbolicLink,
    KubernetesBinary,
}

/// <summary>Unit states, written as links: nothing of systemd runs during a build.</summary>
public sealed record SystemdUnits
{
    public IReadOnlyList<string> Enable { get; init; } = [];

    public IReadOnlyList<string> Disable { get; init; } = [];

    public IReadOnlyList<string> Mask { get; init; } = [];

    public string? DefaultTarget { get; init; }
}
