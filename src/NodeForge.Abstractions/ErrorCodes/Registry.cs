namespace NodeForge;

public static partial class ErrorCodes
{
    public static readonly ErrorCode RegistryUnreachable = new(
        "NF3201",
        ExitCode.Network,
        "A registry did not answer, or the connection broke.",
        "Check the registry's name, the network and the proxy; run again, what was fetched is kept."
    );

    public static readonly ErrorCode RegistryUnauthorized = new(
        "NF3202",
        ExitCode.Network,
        "A registry asks for credentials, or does not take the ones that it got.",
        "Log in again with docker login REGISTRY, or fix the credential helper; registries also answer so for repositories that do not exist."
    );

    public static readonly ErrorCode RegistryForbidden = new(
        "NF3203",
        ExitCode.Network,
        "A registry knows who asks and refuses.",
        "Ask the registry's owner for the right to pull (or push) this repository."
    );

    public static readonly ErrorCode RegistryNotFound = new(
        "NF3204",
        ExitCode.Network,
        "A registry does not have the repository, tag or blob.",
        "Check the reference; when a tag moved or was deleted on purpose, take the new one with nodeforge lock RECIPE --update NAME."
    );

    public static readonly ErrorCode RegistryRateLimited = new(
        "NF3205",
        ExitCode.Network,
        "A registry takes no more requests for now.",
        "Wait for as long as the message says, log in for a higher limit, or set a mirror in NODEFORGE_MIRRORS."
    );

    public static readonly ErrorCode RegistryFailed = new(
        "NF3206",
        ExitCode.Network,
        "A registry answered with an error of its own.",
        "Run again later, or set a mirror in NODEFORGE_MIRRORS."
    );

    public static readonly ErrorCode RegistryContentMismatch = new(
        "NF3207",
        ExitCode.Verification,
        "A registry gave other bytes than those it was asked for by digest or size.",
        "Something between here and the registry changes content (a proxy, a broken mirror); take another mirror."
    );

    public static readonly ErrorCode RegistryResponseInvalid = new(
        "NF3208",
        ExitCode.Network,
        "What answered does not speak the registry protocol: an HTML page, a redirect without end, a document without a meaning.",
        "Log in at the network's portal if there is one, and check the registry's name and the proxy."
    );

    public static readonly ErrorCode CredentialsUnusable = new(
        "NF3209",
        ExitCode.Environment,
        "Credentials for a registry cannot be read.",
        "Fix the named file or install the named credential helper."
    );

    public static readonly ErrorCode RegistryCertificateRefused = new(
        "NF3210",
        ExitCode.Network,
        "A registry's certificate is not trusted.",
        "Add the registry's authority to the machine's trusted ones (update-ca-certificates), or correct the clock."
    );

    public static readonly ErrorCode RegistryRedirectUnsafe = new(
        "NF3211",
        ExitCode.Network,
        "A registry wants credentials or a request to go where others could read them: to an address without TLS, or a token to another host.",
        "Nothing was sent there; tell the registry's owner, or take a mirror."
    );
}
