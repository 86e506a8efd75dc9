using NodeForge.Images.Debian.Mirrors;
using NodeForge.Images.Fetching;
using NodeForge.Oci;
using NodeForge.Recipes.Locks;

namespace NodeForge.Images.Tests.Fetching;

public sealed class FindingMirrors : IDisposable
{
    private readonly string etc = Directory.CreateTempSubdirectory("nodeforge-apt-").FullName;

    public FindingMirrors() => Directory.CreateDirectory(Path.Combine(etc, "sources.list.d"));

    public void Dispose() => Directory.Delete(etc, recursive: true);

    [Fact]
    public void One_line_sources_are_read()
    {
        Write(
            "sources.list",
            "# deb http://no.test/debian bookworm main",
            "deb [arch=amd64 signed-by=/k.gpg] http://a.test/debian/ bookworm main contrib # c",
            "deb http://s.test/sec bookworm-security main",
            "deb cdrom:[x]/ bookworm main"
        );
        DebianMirrors mirrors = Find();
        Assert.Equal(["http://a.test/debian"], mirrors.Archive);
        Assert.Equal(["http://s.test/sec"], mirrors.Security);
    }

    [Fact]
    public void Stanzas_are_read_with_several_suites_and_without_the_disabled_ones()
    {
        Write(
            "sources.list.d/debian.sources",
            "Types: deb deb-src",
            "# comment",
            "URIs: https://a.test/debian",
            " https://b.test/debian",
            "Suites: trixie trixie-updates",
            "Components: main",
            "",
            "Enabled: no",
            "Types: deb",
            "URIs: https://c.test/debian",
            "Suites: trixie",
            "Components: main"
        );
        Assert.Equal(["https://a.test/debian", "https://b.test/debian"], Find().Archive);
    }

    [Fact]
    public void Other_archives_with_suites_of_the_same_name_are_not_Debians()
    {
        Write(
            "sources.list.d/a.list",
            "deb https://vendor.test/apt bookworm main",
            "deb https://docker.test/linux/debian bookworm stable",
            "deb https://cloud.test/apt cloud-sdk-bookworm main"
        );
        Write(
            "sources.list.d/debian.sources",
            "Types: deb",
            "URIs: http://mirror.test/pub/debian",
            "Suites: bookworm",
            "Components: main",
            "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg"
        );
        Assert.Equal(["http://mirror.test/pub/debian"], Find().Archive);
    }

    [Fact]
    public void Another_distribution_has_none_and_the_error_says_what_to_set()
    {
        Write("sources.list", "deb http://archive.test/ubuntu noble main universe");
        NodeForgeException failure = Assert.Throws<NodeForgeException>(() => Find().RootsOf("bookworm", null));
        Assert.Equal(ErrorCodes.DebianMirrorUnknown, failure.Diagnostics[0].Code);
        Assert.Contains("NODEFORGE_DEBIAN_MIRROR", failure.Diagnostics[0].Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void The_environment_comes_first()
    {
        Write("sources.list", "deb http://a.test/debian bookworm main");
        DebianMirrors mirrors = DebianMirrors.OfThisMachine(
            name => name == DebianMirrors.ArchiveVariable ? "http://mine.test/debian/" : null,
            etc
        );
        Assert.Equal("http://mine.test/debian", mirrors.RootsOf("trixie", null)[0]);
        Assert.Equal("http://mine.test/debian-security", mirrors.RootsOf("trixie-security", null)[0]);
    }

    [Theory]
    [InlineData("http://snap.test/archive", "http://snap.test/archive/debian-security/20261101T000000Z")]
    [InlineData("http://snap.test/{timestamp}/{archive}", "http://snap.test/20261101T000000Z/debian-security")]
    public void A_snapshot_is_a_place_of_the_snapshot_mirror(string mirror, string root)
    {
        DebianMirrors mirrors = new() { Snapshot = mirror };
        Assert.Equal([root], mirrors.RootsOf("bookworm-security", "20261101T000000Z"));
    }

    [Fact]
    public void Without_a_snapshot_mirror_a_snapshot_is_an_error_that_says_what_to_set()
    {
        NodeForgeException failure = Assert.Throws<NodeForgeException>(() =>
            new DebianMirrors { Archive = ["http://a.test"] }.RootsOf("bookworm", "20261101T000000Z")
        );
        Assert.Equal(ErrorCodes.SnapshotMirrorUnknown, failure.Diagnostics[0].Code);
    }

    [Fact]
    public void A_locked_package_is_asked_of_the_mirror_and_then_of_the_snapshot_of_the_locks_time()
    {
        DebianMirrors mirrors = new() { Archive = ["http://a.test/debian"], Snapshot = "http://snap.test" };
        LockedPackage package = new(
            "g++",
            "4:12.2.0-3",
            "amd64",
            "bookworm",
            "pool/main/g/gcc/g++_12.2.0-3+b1_amd64.deb",
            Digest.Of("x"u8),
            1
        );
        RecipeLock locked = new()
        {
            Recipe = Digest.Of([]),
            Epoch = 1_793_491_200,
            Parts =
            [
                new()
                {
                    Recipe = "r.yaml",
                    Platform = "linux/amd64",
                    Sources = [package],
                },
            ],
        };

        Source source = Assert.Single(LockSources.Of(locked, new SourceMirrors(mirrors)));

        Assert.Equal("g++ 4:12.2.0-3 amd64", source.Name);
        Assert.Equal(
            [
                "http://a.test/debian/pool/main/g/gcc/g%2B%2B_12.2.0-3%2Bb1_amd64.deb",
                "http://snap.test/debian/20261101T000000Z/pool/main/g/gcc/g%2B%2B_12.2.0-3%2Bb1_amd64.deb",
            ],
            source.Urls
        );
    }

    [Fact]
    public void A_mirror_of_an_address_is_tried_before_it()
    {
        LockedFile file = new("containerd", Digest.Of("y"u8), 1) { Url = "https://rel.test/v1/c.tar.gz" };
        RecipeLock locked = new()
        {
            Recipe = Digest.Of([]),
            Epoch = 0,
            Parts =
            [
                new()
                {
                    Recipe = "r.yaml",
                    Platform = "linux/amd64",
                    Sources = [file],
                },
            ],
        };
        Source source = Assert.Single(
            LockSources.Of(locked, new SourceMirrors(new DebianMirrors(), new UrlMirror("https://rel.test", "http://near.test/rel")))
        );
        Assert.Equal(["http://near.test/rel/v1/c.tar.gz", "https://rel.test/v1/c.tar.gz"], source.Urls);
    }

    [Theory]
    [InlineData("docker://registry.test/pause:3.10", "docker://near.test/k8s/pause:3.10")]
    [InlineData("docker://alpine", "docker://near.test/hub/library/alpine:latest")]
    public void A_mirror_of_a_registry_is_asked_before_it_by_the_images_full_name(string reference, string mirrored)
    {
        LockedImage image = new(reference, Digest.Of("z"u8), [new LockedBlob(MediaTypes.Manifest, Digest.Of("z"u8), 1)]);
        RecipeLock locked = new()
        {
            Recipe = Digest.Of([]),
            Epoch = 0,
            Parts =
            [
                new()
                {
                    Recipe = "r.yaml",
                    Platform = "linux/amd64",
                    Sources = [image],
                },
            ],
        };
        Source source = Assert.Single(
            LockSources.Of(locked, Named("docker://registry.test=docker://near.test/k8s docker://docker.io=docker://near.test/hub/"))
        );
        Assert.Equal((reference, mirrored), (source.Image!.Reference, Assert.Single(source.Image.Mirrors)));
    }

    [Fact]
    public void An_address_that_only_begins_like_a_mirrored_one_is_left_alone()
    {
        LockedFile file = new("runc", Digest.Of("y"u8), 1) { Url = "https://rel.test.example/runc" };
        RecipeLock locked = new()
        {
            Recipe = Digest.Of([]),
            Epoch = 0,
            Parts =
            [
                new()
                {
                    Recipe = "r.yaml",
                    Platform = "linux/amd64",
                    Sources = [file],
                },
            ],
        };
        Assert.Equal(
            ["https://rel.test.example/runc"],
            Assert.Single(LockSources.Of(locked, Named("https://rel.test=http://near.test"))).Urls
        );
    }

    [Theory]
    [InlineData("https://rel.test")]
    [InlineData("rel.test=near.test")]
    [InlineData("docker://registry.test=https://near.test")]
    [InlineData("docker://=docker://near.test")]
    [InlineData("docker://registry.test=docker://UPPER.test/CASE")]
    public void What_is_no_mirror_is_refused_by_name(string text)
    {
        Diagnostic told = Assert.Throws<NodeForgeException>(() => Named(text)).Diagnostics[0];
        Assert.Equal((ErrorCodes.InvalidEnvironment, text), (told.Code, told.Got));
        Assert.Contains("NODEFORGE_MIRRORS", told.Hint, StringComparison.Ordinal);
    }

    private static SourceMirrors Named(string text) => SourceMirrors.OfThisMachine(name => name == SourceMirrors.Variable ? text : null);

    private DebianMirrors Find() => DebianMirrors.OfThisMachine(_ => null, etc);

    private void Write(string name, params string[] lines) => File.WriteAllLines(Path.Combine(etc, name), lines);
}
