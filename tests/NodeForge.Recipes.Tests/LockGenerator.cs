using FsCheck;
using FsCheck.Fluent;
using NodeForge.Oci;
using NodeForge.Recipes.Locks;

namespace NodeForge.Recipes.Tests;

/// <summary>Locks of every shape that the rules allow.</summary>
internal static class LockGenerator
{
    private static readonly Gen<Digest> Digests = Gen.Choose(0, int.MaxValue).Select(n => Digest.Of(BitConverter.GetBytes(n)));

    private static readonly Gen<string?> Snapshots = Gen.Elements<string?>(null, "20261101T000000Z");

    public static Gen<RecipeLock> Locks { get; } =
        from recipe in Digests
        from epoch in Gen.Choose(0, int.MaxValue)
        from parts in Part.ListOf()
        from first in Part
        select new RecipeLock
        {
            Recipe = recipe,
            Epoch = epoch,
            Parts = [.. parts.Append(first).DistinctBy(part => (part.Recipe, part.Platform))],
        };

    private static Gen<LockedPart> Part =>
        from recipe in Gen.Elements("node.yaml", "../base/bookworm.yaml", "ü \"quoted\".yaml")
        from platform in Gen.Elements("linux/amd64", "linux/arm64")
        from packages in Package.ListOf()
        from files in File.ListOf()
        from images in Image.ListOf()
        from output in Gen.OneOf(Digests.Select(digest => (Digest?)digest), Gen.Constant((Digest?)null))
        from layers in Digests.NonEmptyListOf()
        select new LockedPart
        {
            Recipe = recipe,
            Platform = platform,
            Sources =
            [
                .. packages.DistinctBy(package => (package.Name, package.Architecture)),
                .. files.DistinctBy(file => file.Name),
                .. images.DistinctBy(image => image.Reference),
            ],
            Output = output,
            Layers = output is null ? null : [.. layers],
        };

    private static Gen<LockedPackage> Package =>
        from name in Gen.Elements("systemd", "libc6", "g++", "a1")
        from version in Gen.Elements("1:2.3+dfsg-4~deb12u1", "252")
        from architecture in Gen.Elements("amd64", "all")
        from digest in Digests
        from size in Gen.Choose(1, int.MaxValue)
        from snapshot in Snapshots
        select new LockedPackage(name, version, architecture, "bookworm", $"pool/main/{name[0]}/{name}_{version}.deb", digest, size)
        {
            Snapshot = snapshot,
        };

    private static Gen<LockedFile> File =>
        from name in Gen.Elements("kubernetes", "runc", "kubernetes_1.20.dsc")
        from digest in Digests
        from size in Gen.Choose(0, int.MaxValue).Select(size => size * 4096L)
        from snapshot in Snapshots
        from url in Gen.Elements(true, false)
        select new LockedFile(name, digest, size)
        {
            Url = url ? "https://example.com/a?b=c&d=<é>" : null,
            Suite = url ? null : "bookworm",
            Path = url ? null : "pool/main/k/k.dsc",
            Snapshot = url ? null : snapshot,
        };

    private static Gen<LockedImage> Image =>
        from reference in Gen.Elements("docker://example.com/a:1", "docker://example.com/b:1", "oci-archive:c.tar")
        from blobs in Digests.Select(digest => new LockedBlob("application/vnd.oci.image.manifest.v1+json", digest, 12)).NonEmptyListOf()
        from config in Digests
        select new LockedImage(
            reference,
            blobs[0].Digest,
            [.. blobs, new LockedBlob("application/vnd.oci.image.config.v1+json", config, 3)]
        );
}
