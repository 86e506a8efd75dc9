namespace NodeForge.Oci;

/// <summary>Which manifest of an index serves a platform.</summary>
public static class PlatformChoice
{
    /// <summary>The operating system of what is for no platform.</summary>
    internal const string Nobodys = "unknown";

    /// <summary>What BuildKit writes of an attestation in an index: the digest of the manifest that it is about.</summary>
    private const string About = "vnd.docker.reference.digest";

    /// <summary>The manifests of an index that are attached to some of its others.</summary>
    internal static IEnumerable<(Descriptor Manifest, Descriptor Subject)> Attestations(ImageIndex index) =>
        from manifest in index.Manifests
        where manifest.Platform?.Os == Nobodys
        from subject in index.Manifests
        where subject.Digest.ToString() == manifest.Annotations?.GetValueOrDefault(About)
        select (manifest, subject);

    /// <summary>The manifests that state the platform, the nearest variant first; those that state none when nothing states it, for their
    /// configs to be asked.</summary>
    /// <remarks>Attestations, which BuildKit marks as platform <c>unknown/unknown</c>, are nobody's.</remarks>
    public static IReadOnlyList<Descriptor> Candidates(IReadOnlyList<Descriptor> manifests, Platform wanted)
    {
        Descriptor[] stated =
        [
            .. manifests
                .Where(manifest => manifest.Platform is { } platform && wanted.Accepts(platform))
                .OrderBy(manifest => wanted.DistanceTo(manifest.Platform!)),
        ];
        return stated.Length > 0 ? stated : [.. manifests.Where(manifest => manifest.Platform is null)];
    }

    /// <summary>The error for an image that is not there for a platform.</summary>
    public static NodeForgeException Missing(Location where, Platform wanted, IEnumerable<Platform> offered)
    {
        string[] names =
        [
            .. offered
                .Where(platform => platform.Os != Nobodys)
                .Select(platform => platform.ToString())
                .Distinct()
                .Order(StringComparer.Ordinal),
        ];
        return new(
            new Diagnostic(ErrorCodes.PlatformMissing, "the image is not there for this platform")
            {
                Where = where,
                Got = names.Length == 0 ? "no platform" : string.Join(" ", names),
                Want = wanted.ToString(),
                Hint = ErrorCodes.PlatformMissing.Remedy,
            }
        );
    }
}
