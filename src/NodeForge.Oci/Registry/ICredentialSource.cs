namespace NodeForge.Oci.Registry;

/// <summary>Knows who the user is at a registry.</summary>
public interface ICredentialSource
{
    /// <param name="registry">Host and port as in a reference, <c>docker.io</c> for Docker Hub.</param>
    /// <param name="cancellationToken">Ends a credential helper that hangs.</param>
    /// <returns>Null when there is nothing for the registry: it is then asked anonymously.</returns>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.CredentialsUnusable"/></exception>
    Task<RegistryCredential?> FindAsync(string registry, CancellationToken cancellationToken);
}

/// <summary>Who the user is.</summary>
/// <param name="UserName">Never printed with the secret.</param>
/// <param name="Secret">A password, with <paramref name="IsIdentityToken"/> an OAuth2 refresh token, with <see cref="IsRegistryToken"/>
/// what the registry itself takes.</param>
/// <param name="IsIdentityToken">Docker's user name <c>&lt;token&gt;</c>, or its <c>identitytoken</c>.</param>
public sealed record RegistryCredential(string UserName, string Secret, bool IsIdentityToken = false)
{
    /// <summary>Docker's <c>registrytoken</c>: sent to the registry as it is, no token server is asked.</summary>
    public bool IsRegistryToken { get; init; }

    internal bool IsPassword => !IsIdentityToken && !IsRegistryToken;

    /// <summary>Whether a token can stand in a header.</summary>
    internal static bool IsHeaderText(string token) => token.All(c => c is > ' ' and < (char)127);

    /// <summary>Without the secret: it may end in a log.</summary>
    public override string ToString() => $"{UserName} (secret not shown)";
}

/// <summary>Asks every registry anonymously.</summary>
public sealed class NoCredentials : ICredentialSource
{
    public static NoCredentials Instance { get; } = new();

    public Task<RegistryCredential?> FindAsync(string registry, CancellationToken cancellationToken) =>
        Task.FromResult<RegistryCredential?>(null);
}
