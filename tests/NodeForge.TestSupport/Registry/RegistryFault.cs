namespace NodeForge.TestSupport.Registry;

/// <summary>What a registry does wrong, instead of or while answering.</summary>
public abstract record RegistryFault
{
    /// <summary>Answers with a status.</summary>
    /// <param name="Code">The status.</param>
    /// <param name="Body">Its body.</param>
    /// <param name="ContentType">The body's type.</param>
    /// <param name="RetryAfter">The header of that name: seconds or a date.</param>
    public sealed record Status(int Code, string Body = "", string ContentType = "application/json", string? RetryAfter = null)
        : RegistryFault;

    /// <summary>Announces the whole body and breaks the connection after some bytes.</summary>
    public sealed record Truncate(int AfterBytes) : RegistryFault;

    /// <summary>Sends the body with its last byte changed.</summary>
    public sealed record FlipLastByte : RegistryFault;

    /// <summary>Sends the body and more, without announcing a length.</summary>
    public sealed record Lengthen(int ByBytes) : RegistryFault;

    /// <summary>Sends some bytes and then nothing until the client goes away.</summary>
    public sealed record Stall(int AfterBytes) : RegistryFault;

    /// <summary>Keeps some bytes of an upload and breaks the connection.</summary>
    public sealed record BreakUpload(int AfterBytes) : RegistryFault;

    /// <summary>Sends the client elsewhere.</summary>
    public sealed record Redirect(string Location) : RegistryFault;

    /// <summary>Announces another digest than the body's.</summary>
    public sealed record AnnounceDigest(string Digest) : RegistryFault;

    /// <summary>Announces another media type than the document's.</summary>
    public sealed record AnnounceType(string MediaType) : RegistryFault;
}
