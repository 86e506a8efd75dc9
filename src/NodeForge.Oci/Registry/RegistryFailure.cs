using System.Net;

namespace NodeForge.Oci.Registry;

/// <summary>What a retry policy needs to know of a failure; the exception's text tells people the rest.</summary>
/// <param name="Registry">The host that was asked.</param>
/// <param name="Status">Its answer; null when there was none.</param>
/// <param name="Transient">Whether the same request may succeed later: broken connections, 408, 429 and 5xx.</param>
/// <param name="RetryAfter">How long the registry asks to wait; null when it does not say.</param>
public sealed record RegistryFailure(string Registry, HttpStatusCode? Status, bool Transient, TimeSpan? RetryAfter)
{
    private const string Key = "NodeForge.Oci.Registry.RegistryFailure";

    /// <summary>The failure that an exception of <see cref="RegistryClient"/> carries; null for others.</summary>
    public static RegistryFailure? Of(Exception exception) => exception.Data[Key] as RegistryFailure;

    internal NodeForgeException Attach(NodeForgeException exception)
    {
        exception.Data[Key] = this;
        return exception;
    }
}
