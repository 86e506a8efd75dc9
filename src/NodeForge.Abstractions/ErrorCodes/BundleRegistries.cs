namespace NodeForge;

public static partial class ErrorCodes
{
    public static readonly ErrorCode BundleNotServed = new(
        "NF6700",
        ExitCode.Environment,
        "A bundle cannot be served at an address.",
        "Choose another with --listen ADDRESS:PORT: the address has to be this machine's, and nobody else may listen there."
    );

    public static readonly ErrorCode ServerCertificateUnusable = new(
        "NF6701",
        ExitCode.Environment,
        "A server's certificate, or the key to it, cannot be used.",
        "Give --cert a certificate and --key its private key, both in PEM; the key must be that certificate's, and have no password."
    );

    public static readonly ErrorCode BundleIndexReplaced = new(
        "NF6703",
        ExitCode.Verification,
        "A warning: a registry refused an index that names platforms which the bundle has not; those that it has went without it.",
        "Bundle the image with all its platforms where the digest of its index matters."
    );

    public static readonly ErrorCode NotABundleArtifact = new(
        "NF6702",
        ExitCode.Verification,
        "What a registry has under a name is no bundle.",
        "Name what bundle push wrote, or an image that exactly one bundle is attached to."
    );
}
