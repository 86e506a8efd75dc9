using NodeForge.Oci.Registry;

namespace NodeForge.Oci.Transports;

/// <summary>What follows a transport's word.</summary>
public enum TransportForm
{
    /// <summary><c>PATH[:TAG]</c>, the name of a layout.</summary>
    FileAndTag,

    /// <summary><c>PATH[:REF]</c>, a full name.</summary>
    FileAndReference,

    /// <summary><c>PATH[#IMAGE]</c>, a tag or a full name.</summary>
    FileAndImage,

    /// <summary><c>REF</c>.</summary>
    Reference,

    /// <summary><c>//REF</c>.</summary>
    RemoteReference,
}

/// <summary>A transport: its word, what follows the word, and how its images are opened and written. <see cref="ImageTransport.Rooms"/>
/// lists all.</summary>
/// <param name="Word">As skopeo and podman call it.</param>
/// <param name="Form">What follows the colon.</param>
public sealed record TransportRoom(string Word, TransportForm Form)
{
    /// <summary>Opens what a transport names.</summary>
    public required Func<ImageTransport, TransportHost, CancellationToken, Task<IImageSource>> Open { get; init; }

    /// <summary>Makes the target that a transport names; nothing is written before it is given images.</summary>
    public required Func<ImageTransport, TransportHost, IImageTarget> Target { get; init; }

    /// <summary>Makes the target for what is attached to images there; null where nothing can be.</summary>
    public Func<ImageTransport, TransportHost, IArtifactTarget>? Artifacts { get; init; }

    /// <summary>Whether what is attached to an image is kept beside it.</summary>
    public bool KeepsReferrers { get; init; }

    /// <summary>Whether what reads it understands zstd layers.</summary>
    public bool LoadsZstd { get; init; } = true;

    /// <summary>Whether it stores layers plain, so that compressing them for it is work for nothing.</summary>
    public bool StoresPlain { get; init; }

    /// <summary>Whether it is a folder or file.</summary>
    public bool IsFile => Form is TransportForm.FileAndTag or TransportForm.FileAndReference or TransportForm.FileAndImage;

    /// <summary>What ends a path: a colon, which so cannot be in one; of a bundle a number sign, since full names have colons
    /// themselves.</summary>
    internal char Separator => Form == TransportForm.FileAndImage ? '#' : ':';

    /// <summary>Whether it is a folder and never a file, which may be compressed.</summary>
    public bool IsFolder { get; init; }

    /// <summary>Whether it is beyond a network.</summary>
    public bool IsRemote => Form == TransportForm.RemoteReference;

    /// <summary>What a place begins with.</summary>
    public string Prefix => IsRemote ? Word + "://" : Word + ":";

    internal string Syntax =>
        Prefix
        + Form switch
        {
            TransportForm.FileAndTag when IsFolder => "DIR[:TAG]",
            TransportForm.FileAndTag => "FILE[:TAG]",
            TransportForm.FileAndReference => "FILE[:REF]",
            TransportForm.FileAndImage => "FILE[#IMAGE]",
            _ => "REF",
        };
}

/// <summary>What the transports are given by whoever uses them. A host that lacks something says so where it is asked.</summary>
public sealed record TransportHost
{
    /// <summary>A host of files alone: engines and registries are refused.</summary>
    public static TransportHost Files { get; } = new();

    /// <summary>Absolute: where the relative paths of folders and files begin; null refuses them.</summary>
    public string? WorkingFolder { get; init; }

    /// <summary>Opens an engine's image.</summary>
    public Func<ImageTransport, CancellationToken, Task<IImageSource>> OpenEngine { get; init; } = (place, _) => throw Refuse(place);

    /// <summary>Makes the target of an engine.</summary>
    public Func<ImageTransport, IImageTarget> EngineTarget { get; init; } = place => throw Refuse(place);

    /// <summary>Opens a bundle.</summary>
    public Func<ImageTransport, CancellationToken, Task<IImageSource>> OpenBundle { get; init; } = (place, _) => throw Refuse(place);

    /// <summary>Makes the target of a bundle.</summary>
    public Func<ImageTransport, IImageTarget> BundleTarget { get; init; } = place => throw Refuse(place);

    /// <summary>Speaks to registries; disposed by whoever gives it.</summary>
    public Func<ImageTransport, RegistryClient> Registry { get; init; } = place => throw Refuse(place);

    /// <summary>For targets that know one platform; null for the first image's.</summary>
    public Platform? Platform { get; init; }

    /// <summary>A transport with its path made absolute.</summary>
    internal ImageTransport Rooted(ImageTransport place)
    {
        if (!place.Room.IsFile || (WorkingFolder is null && Path.IsPathRooted(place.Path)))
            return place;
        return WorkingFolder is null ? throw RefuseRelative(place) : place with { Path = Path.GetFullPath(place.Path, WorkingFolder) };
    }

    private static NodeForgeException RefuseRelative(ImageTransport place) =>
        new(
            new Diagnostic(ErrorCodes.InvalidImageTransport, "the path is relative, and nothing says to what")
            {
                Where = new(place.ToString()),
                Want = "an absolute path",
            }
        );

    private static NodeForgeException Refuse(ImageTransport place) =>
        new(
            new Diagnostic(ErrorCodes.InvalidImageTransport, "images of this kind cannot be used here")
            {
                Where = new(place.ToString()),
                Want = "oci:, oci-archive: or docker-archive:",
            }
        );
}
