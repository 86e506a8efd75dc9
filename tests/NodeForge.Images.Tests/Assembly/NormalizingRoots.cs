using NodeForge.Images.Debian.Bootstrap;
using NodeForge.Oci;
using NodeForge.Oci.Layers;
using NodeForge.Recipes.Locks;

namespace NodeForge.Images.Tests.Assembly;

public sealed class NormalizingRoots
{
    [Fact]
    public void What_differs_from_run_to_run_goes_and_the_rest_stays()
    {
        using AssemblyRoom room = new();
        string tar = room.Write(
            "rootfs.tar",
            AssemblyRoom.Tar(
                AssemblyRoom.Folder_("run"),
                AssemblyRoom.Folder_("run/lock"),
                AssemblyRoom.File_("run/utmp", "x"),
                AssemblyRoom.Folder_("var/log/journal"),
                AssemblyRoom.File_("var/log/dpkg.log", "today"),
                AssemblyRoom.File_("var/cache/ldconfig/aux-cache", "inodes"),
                AssemblyRoom.File_("var/lib/dpkg/status-old", "x"),
                AssemblyRoom.File_("var/lib/dpkg/status", "x"),
                AssemblyRoom.File_("etc/hostname", "builder"),
                AssemblyRoom.File_("etc/machine-id", "0123456789abcdef0123456789abcdef"),
                AssemblyRoom.File_("etc/passwd-", "x"),
                AssemblyRoom.Folder_("dev"),
                AssemblyRoom.File_("dev/null", ""),
                AssemblyRoom.File_("usr/bin/sh", "x", 0x1ed)
            )
        );
        IEnumerable<string> kept = RootfsNormalizer
            .Read(tar, AssemblyRoom.Epoch, RootfsPurpose.Image)
            .Select(entry => entry.Header.Path)
            .Order(StringComparer.Ordinal);
        Assert.Equal(["dev", "etc/machine-id", "run", "run/lock", "usr/bin/sh", "var/lib/dpkg/status", "var/log/journal"], kept);
    }

    [Fact]
    public void The_machine_id_stays_as_an_empty_file_so_that_each_node_writes_its_own()
    {
        using AssemblyRoom room = new();
        string tar = room.Write("rootfs.tar", AssemblyRoom.Tar(AssemblyRoom.File_("etc/machine-id", "0123456789abcdef0123456789abcdef")));
        LayerEntry entry = Assert.Single(RootfsNormalizer.Read(tar, AssemblyRoom.Epoch, RootfsPurpose.Image));
        Assert.Equal((0L, null, AssemblyRoom.Epoch), (entry.Header.Size, entry.Content, entry.Header.ModificationTime));
    }

    [Fact]
    public void A_toolchains_root_keeps_its_device_nodes()
    {
        using AssemblyRoom room = new();
        string tar = room.Write("rootfs.tar", AssemblyRoom.Tar(AssemblyRoom.File_("dev/null", "")));
        Assert.Single(RootfsNormalizer.Read(tar, AssemblyRoom.Epoch, RootfsPurpose.Toolchain));
    }

    [Fact]
    public void A_root_of_exactly_the_locked_packages_passes()
    {
        RootfsPackages.Check(
            [
                Status(
                    "Package: a\nStatus: install ok installed\nVersion: 1\n\nPackage: gone\nStatus: deinstall ok config-files\nVersion: 1\n"
                ),
            ],
            Part("a")
        );
    }

    [Theory]
    [InlineData("Package: a\nStatus: install ok installed\nVersion: 2\n", "also a 2; without a 1")]
    [InlineData("Package: a\nStatus: install ok half-configured\nVersion: 1\n", "also none; without a 1")]
    [InlineData(
        "Package: a\nStatus: install ok installed\nVersion: 1\n\nPackage: b\nStatus: install ok installed\nVersion: 7\n",
        "also b 7; without none"
    )]
    public void A_package_too_many_too_few_or_unconfigured_is_told(string status, string got)
    {
        Diagnostic problem = AssemblyRoom.Fails(() => RootfsPackages.Check([Status(status)], Part("a")));
        Assert.Equal((ErrorCodes.RootfsNotAsLocked, got), (problem.Code, problem.Got));
    }

    [Fact]
    public void A_root_without_dpkgs_record_is_refused()
    {
        Assert.Equal("NF4202", AssemblyRoom.Fails(() => RootfsPackages.Check([], Part("a"))).Code.Id);
    }

    private static LayerEntry Status(string text) => AssemblyRoom.File_("var/lib/dpkg/status", text);

    private static LockedPart Part(string package) =>
        new()
        {
            Recipe = "r.yaml",
            Platform = "linux/amd64",
            Sources = [new LockedPackage(package, "1", "amd64", "bookworm", "pool/a.deb", Digest.Of([1]), 1)],
        };
}
