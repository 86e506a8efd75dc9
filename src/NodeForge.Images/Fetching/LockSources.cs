using NodeForge.Oci;
using NodeForge.Recipes.Locks;

namespace NodeForge.Images.Fetching;

/// <summary>What a lock asks to be fetched.</summary>
public static class LockSources
{
    private const string DockerTransport = "docker://";

    /// <summary>All sources of a lock, each digest once, in the lock's order.</summary>
    /// <param name="locked">The lock.</param>
    /// <param name="mirrors">Of Debian's archive, and of other addresses.</param>
    /// <param name="part">Takes only the parts that it holds for; null: all.</param>
    public static IReadOnlyList<Source> Of(RecipeLock locked, SourceMirrors mirrors, Func<LockedPart, bool>? part = null) =>
        [
            .. locked
                .Parts.Where(part ?? (_ => true))
                .SelectMany(each => Of(each, mirrors, locked.Epoch))
                .DistinctBy(source => source.Digest),
        ];

    private static IEnumerable<Source> Of(LockedPart part, SourceMirrors mirrors, long epoch) =>
        part.Sources.SelectMany(source =>
            source switch
            {
                LockedPackage package => [Of(package, mirrors, epoch)],
                LockedFile file => [Of(file, mirrors, epoch)],
                LockedImage image => image.Reference.StartsWith(DockerTransport, StringComparison.Ordinal) ? Of(image, mirrors) : [],
                _ => throw new ArgumentOutOfRangeException(
                    nameof(part),
                    source.GetType().Name,
                    "Nobody knows where to fetch this kind of source."
                ),
            }
        );

    private static Source Of(LockedPackage package, SourceMirrors mirrors, long epoch) =>
        new($"{package.Name} {package.Version} {package.Architecture}", package.Digest, package.Size)
        {
            Kind = SourceKind.DebianPackage,
            Urls = mirrors.Debian.UrlsOf(package.Suite, package.Path, package.Snapshot, epoch),
        };

    private static Source Of(LockedFile file, SourceMirrors mirrors, long epoch) =>
        new(file.Name, file.Digest, file.Size)
        {
            Kind = file.Suite is null ? SourceKind.File : SourceKind.DebianSourceFile,
            Urls = file.Suite is null ? mirrors.UrlsOf(file.Url!) : mirrors.Debian.UrlsOf(file.Suite, file.Path!, file.Snapshot, epoch),
        };

    private static IEnumerable<Source> Of(LockedImage image, SourceMirrors mirrors) =>
        image.Blobs.Select(blob => new Source($"{Printed(image)} {Role(blob)} {blob.Digest.ShortHex}", blob.Digest, blob.Size)
        {
            Kind = SourceKind.ImageBlob,
            Image = new RegistryBlob(image.Reference, blob.MediaType) { Mirrors = mirrors.ReferencesOf(image.Reference).SkipLast(1) },
        });

    private static string Printed(LockedImage image) => image.Reference[DockerTransport.Length..];

    private static string Role(LockedBlob blob) =>
        MediaTypes.IsManifest(blob.MediaType) ? "manifest"
        : blob.MediaType.Contains("config", StringComparison.Ordinal)
        || blob.MediaType.Contains("container.image", StringComparison.Ordinal)
            ? "config"
        : "layer";
}
