namespace NodeForge;

public static partial class ErrorCodes
{
    public static readonly ErrorCode ServerUnreachable = new(
        "NF3001",
        ExitCode.Network,
        "A server could not be reached, or the connection broke.",
        "Check the network and the proxy settings (http_proxy, https_proxy, no_proxy); run again: what arrived is kept and resumed."
    );

    public static readonly ErrorCode OfflineSourceMissing = new(
        "NF3002",
        ExitCode.Network,
        "With --offline, something that the build needs is not in the store.",
        "Run nodeforge fetch with the same recipe and cache where there is a network, then build again."
    );

    public static readonly ErrorCode ServerFailed = new(
        "NF3003",
        ExitCode.Network,
        "A server answered with an error that may pass: overloaded, rate limit, internal error.",
        "Run again later, or name a mirror; what arrived is kept and resumed."
    );

    public static readonly ErrorCode LockedPackageGone = new(
        "NF3004",
        ExitCode.Network,
        "A mirror no longer has a Debian package that the lock names; mirrors drop versions that newer ones replace.",
        "Name a snapshot mirror (NODEFORGE_DEBIAN_SNAPSHOT_MIRROR), or take today's version with nodeforge lock RECIPE --update NAME."
    );

    public static readonly ErrorCode SourceGone = new(
        "NF3005",
        ExitCode.Network,
        "A server no longer has what the lock names.",
        "Correct the address in the recipe, name a mirror, or take another version with nodeforge lock RECIPE --update NAME."
    );

    public static readonly ErrorCode AccessDenied = new(
        "NF3006",
        ExitCode.Network,
        "A server refuses access.",
        "Log in to the server or registry that the message names, or choose a mirror that asks for no credentials."
    );

    public static readonly ErrorCode PageInsteadOfFile = new(
        "NF3007",
        ExitCode.Network,
        "A server sent a web page instead of the file: an error page, a login page or a captive portal.",
        "Open the address in a browser: the page says what stands in between."
    );

    public static readonly ErrorCode DownloadTruncated = new(
        "NF3008",
        ExitCode.Network,
        "A download ended before its last byte.",
        "Run again: what arrived is kept and resumed."
    );

    public static readonly ErrorCode DownloadStalled = new(
        "NF3009",
        ExitCode.Network,
        "A server stopped sending, or sends too slowly to ever finish.",
        "Run again: what arrived is kept and resumed; or name a nearer mirror."
    );

    public static readonly ErrorCode TlsFailed = new(
        "NF3010",
        ExitCode.Network,
        "The server's certificate is not one that this machine trusts, or no secure connection came about.",
        "Add the authority to the system (update-ca-certificates) or name its file in SSL_CERT_FILE; check the clock where the dates are wrong."
    );

    public static readonly ErrorCode DownloadDigestMismatch = new(
        "NF3011",
        ExitCode.Verification,
        "What a server sent is not what the lock names.",
        "If the file changed on purpose, take the new one with nodeforge lock RECIPE --update NAME; otherwise distrust the mirror."
    );

    public static readonly ErrorCode ProxyFailed = new(
        "NF3012",
        ExitCode.Network,
        "The proxy refuses the connection or asks for credentials.",
        "Correct http_proxy, https_proxy or no_proxy, with user and password if the proxy wants them."
    );

    public static readonly ErrorCode HostNotFound = new(
        "NF3013",
        ExitCode.Network,
        "The name of a server cannot be resolved.",
        "Check the name, the machine's DNS and the proxy settings."
    );

    public static readonly ErrorCode RequestRefused = new(
        "NF3014",
        ExitCode.Network,
        "A server refuses the request, and would again.",
        "Correct the address; the message has the server's answer."
    );

    public static readonly ErrorCode ImageRegistryMissing = new(
        "NF3015",
        ExitCode.Bug,
        "An image of a registry is to be resolved or fetched, and nothing here speaks to registries.",
        "Give the locker and the fetcher an image registry."
    );

    public static readonly ErrorCode DownloadTooLong = new(
        "NF3080",
        ExitCode.Network,
        "A server sends more of a file that is to be locked than any such file has.",
        "Check the address: what is there does not end, or is no file for a recipe."
    );
}
