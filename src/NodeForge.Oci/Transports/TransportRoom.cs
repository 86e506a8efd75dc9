using NodeForge.Oci.Content;
using NodeForge.Oci.Registry;

namespace NodeForge.Oci.Transports;

/// <summary>What follows a transport's word.</summary>
public enum TransportForm
{
    /// <summary><c>PATH[:TAG]</c>, the name of a layout.</summary>
    FileAndTag,

    /// <summary><c>PATH[:REF]</c>, a full name.</summary>
    FileAndReference,

    /// <summary><c>REF</c>.</summary>
    Reference,

    /// <summary><c>//REF</c>.</summary>
    RemoteReference,
}

/// <summary>A transport: its word, what follows the word, and how its images are opened and written. <see cref="ImageTransport.Rooms"/> lists all.</summary>
/// <param name="Word">As skopeo and podman call it.</param>
/// <param name="Form">What follows the colon.</param>
public sealed record TransportRoom(string Word, TransportForm Form)
{
    /// <summary>Opens what a transport names.</summary>
    public required Func<ImageTransport, TransportHost, CancellationToken, Task<IImageSource>> Open { get; init; }

    /// <summary>Makes the target that a transport names; nothing is written before it is given images.</summary>
    public required Func<ImageTransport, TransportHost, IImageTarget> Target { get; init; }

    /// <summary>Whether what reads it understands zstd layers.</summary>
    public bool LoadsZstd { get; init; } = true;

    /// <summary>Whether it stores layers plain, so that compressing them for it is work for nothing.</summary>
    public bool StoresPlain { get; init; }

    /// <summary>Whether it is a folder or file.</summary>
    public bool IsFile => Form is TransportForm.FileAndTag or TransportForm.FileAndReference;

    /// <summary>Whether it is a folder and never a file, which may be compressed.</summary>
    public bool IsFolder { get; init; }

    /// <summary>Whether it is beyond a network.</summary>
    public bool IsRemote => Form == TransportForm.RemoteReference;

    /// <summary>What a place begins with.</summary>
    public string Prefix => IsRemote ? Word + "://" : Word + ":";

    internal string Syntax => Prefix + Form switch
    {
        TransportForm.FileAndTag when IsFolder => "DIR[:TAG]",
        TransportForm.FileAndTag => "FILE[:TAG]",
        TransportForm.FileAndReference => "FILE[:REF]",
        _ => "REF",
    };
}

/// <summary>What the transports are given by whoever uses them. A host that lacks something says so where it is asked.</summary>
public sealed record TransportHost
{
    /// <summary>A host of files alone: engines and registries are refused.</summary>
    public static TransportHost Files { get; } = new();

    /// <summary>Opens an engine's image.</summary>
    public Func<ImageTransport, CancellationToken, Task<IImageSource>> OpenEngine { get; init; } = (place, _) => throw Refuse(place);

    /// <summary>Makes the target of an engine.</summary>
    public Func<ImageTransport, IImageTarget> EngineTarget { get; init; } = place => throw Refuse(place);

    /// <summary>Speaks to registries; disposed by whoever gives it.</summary>
    public Func<ImageTransport, RegistryClient> Registry { get; init; } = place => throw Refuse(place);

    /// <summary>For targets that know one platform; null for the first image's.</summary>
    public Platform? Platform { get; init; }

    private static NodeForgeException Refuse(ImageTransport place) =>
        new(new Diagnostic(ErrorCodes.InvalidImageTransport, "this is neither a folder nor a file")
        {
            Where = new(place.ToString()),
            Want = "oci:, oci-archive: or docker-archive:",
        });
}
