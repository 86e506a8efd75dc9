using NodeForge.Images.Debian;
using NodeForge.Images.Debian.Mirrors;
using NodeForge.Images.Planning;
using NodeForge.Images.Tests.Assembly;
using NodeForge.Oci;
using NodeForge.Recipes;
using NodeForge.Recipes.Locks;

namespace NodeForge.Images.Tests.Planning;

public sealed class PlanningImages
{
    private static readonly BaseImageRecipe Base = new()
    {
        File = "/r/base.yaml",
        Name = "base",
        Platforms = [Platform.LinuxAmd64, Platform.LinuxArm64],
        Debian = new DebianPackages { Suite = "bookworm", Packages = ["systemd"] },
        Contents = new ImageContents(),
    };

    [Fact]
    public void The_same_inputs_give_the_same_digest()
    {
        Assert.Equal(Plan(Lock()).Digest, Plan(Lock()).Digest);
    }

    [Fact]
    public void Another_epoch_is_another_plan()
    {
        Assert.NotEqual(Plan(Lock()).Digest, Plan(Lock() with { Epoch = 2 }).Digest);
        Assert.NotEqual(Plan(Lock()).Digest, Plan(Lock(), epoch: 2).Digest);
        Assert.Equal(2, Plan(Lock(), epoch: 2).Epoch);
    }

    [Fact]
    public void Another_platform_is_another_plan()
    {
        Assert.NotEqual(Plan(Lock()).Digest, Planner.Plan(Base, Lock(), Platform.LinuxArm64).Digest);
    }

    [Fact]
    public void Another_package_is_another_plan()
    {
        Assert.NotEqual(Plan(Lock()).Digest, Plan(Lock(deb: "other")).Digest);
    }

    // Every kind that there is, and every one that will be: a plan that left one out would be taken for another's.
    [Fact]
    public void Another_source_of_any_kind_is_another_plan()
    {
        Type[] kinds = [.. typeof(LockedSource).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(LockedSource)))];
        LockedSource[] sources =
        [
            new LockedPackage("systemd", "252", "amd64", "bookworm", "pool/s.deb", Digest.Of("1"u8), 3),
            new LockedFile("kubernetes", Digest.Of("2"u8), 3) { Url = "https://example.com/k" },
            new LockedImage("docker://example.com/a:1", Digest.Of("3"u8), []),
        ];
        Assert.Equal(kinds.Select(kind => kind.Name).Order(), sources.Select(source => source.GetType().Name).Order());
        Assert.All(
            sources,
            source => Assert.NotEqual(Plan(With(source)).Digest, Plan(With(source with { Digest = Digest.Of("other"u8) })).Digest)
        );

        static RecipeLock With(LockedSource source) => Lock() with { Parts = [Lock().Parts[0] with { Sources = [source] }] };
    }

    [Fact]
    public void A_changed_recipe_or_local_file_is_another_plan()
    {
        Assert.NotEqual(Plan(Lock()).Digest, Plan(Lock() with { Recipe = Digest.Of("changed"u8) }).Digest);
    }

    [Fact]
    public void A_lock_without_the_part_is_refused()
    {
        RecipeLock lacking = Lock() with { Parts = [Lock().Parts[0]] };
        Diagnostic problem = AssemblyRoom.Fails(() => Planner.Plan(Base, lacking, Platform.LinuxArm64));
        Assert.Equal((ErrorCodes.LockIncomplete, "base.yaml for linux/arm64"), (problem.Code, problem.Want));
    }

    [Fact]
    public void A_rootfs_is_planned_for_debians_name_of_the_architecture()
    {
        Assert.Equal("arm64", ((BaseImagePlan)Planner.Plan(Base, Lock(), Platform.LinuxArm64)).Rootfs.Architecture);
        Assert.Equal("armhf", DebianArchitecture.Of(Platform.Parse("linux/arm/v7")));
        Assert.Equal("ppc64el", DebianArchitecture.Of(Platform.Parse("linux/ppc64le")));
    }

    [Theory]
    [InlineData("amd64")]
    [InlineData("arm64")]
    public void A_toolchain_is_planned_for_what_it_was_locked_for_whatever_it_compiles_for(string architecture)
    {
        KubernetesBuildRecipe recipe = new()
        {
            File = "/r/kubernetes.yaml",
            Name = "kubernetes",
            Platforms = [Platform.LinuxArm64],
            Version = "v1.20.2",
            Source = new("bookworm", "kubernetes"),
            Toolchain = new() { Suite = "bookworm", Packages = ["golang"] },
            Script = "/r/script",
            Binaries = [],
            Images = [],
        };
        LockedPackage[] packages =
        [
            new("adduser", "3", "all", "bookworm", "pool/a.deb", Digest.Of("a"u8), 1),
            new("golang", "1", architecture, "bookworm", "pool/g.deb", Digest.Of("g"u8), 1),
        ];
        RecipeLock locked = new()
        {
            Recipe = Digest.Of("r"u8),
            Epoch = 1,
            Parts =
            [
                new()
                {
                    Recipe = "kubernetes.yaml",
                    Platform = "linux/arm64",
                    Sources = packages,
                },
            ],
        };
        Assert.Equal(architecture, ((KubernetesBuildPlan)Planner.Plan(recipe, locked, Platform.LinuxArm64)).Toolchain.Architecture);
    }

    [Fact]
    public void Of_what_is_locked_files_and_images_are_read_whatever_others_made_and_packages_are_not()
    {
        LockedSource[] sources =
        [
            new LockedPackage("systemd", "252", "amd64", "bookworm", "pool/s.deb", Digest.Of("1"u8), 3),
            new LockedFile("sources", Digest.Of("2"u8), 3) { Suite = "bookworm", Path = "pool/s.tar.xz" },
            new LockedFile("kubernetes", Digest.Of("3"u8), 3) { Url = "https://example.com/k" },
            new LockedImage("docker://example.com/a:1", Digest.Of("4"u8), [new LockedBlob("layer", Digest.Of("5"u8), 3)]),
        ];
        RecipeLock locked = Lock() with { Parts = [Lock().Parts[0] with { Sources = sources }] };
        Assert.Equal(
            [Digest.Of("3"u8), Digest.Of("5"u8)],
            PlanSources.WhateverIsMade([Plan(locked)], locked, new(new DebianMirrors())).Select(source => source.Digest)
        );
    }

    [Fact]
    public void A_node_is_planned_step_by_step()
    {
        using NodeRoom node = new();
        Assert.Equal(
            [
                "unpack base oci:base",
                "layer Kubernetes v1.20.2 kubeadm, kubelet, kubectl",
                "preload docker-archive:pause.tar content-store",
                "files node files 1 source",
                "image node linux/amd64",
            ],
            node.Plan(node.Recipe with { Images = [node.Archive("pause.tar")] })
                .Steps.Select(step => $"{step.Kind} {step.Title} {step.From}")
        );
    }

    private static ImagePlan Plan(RecipeLock locked, long? epoch = null) => Planner.Plan(Base, locked, Platform.LinuxAmd64, epoch);

    private static RecipeLock Lock(string deb = "deb") =>
        new()
        {
            Recipe = Digest.Of("recipe"u8),
            Epoch = 1,
            Parts = [Part("linux/amd64", deb), Part("linux/arm64", deb)],
        };

    private static LockedPart Part(string platform, string deb) =>
        new()
        {
            Recipe = "base.yaml",
            Platform = platform,
            Sources =
            [
                new LockedPackage(
                    "systemd",
                    "252",
                    "amd64",
                    "bookworm",
                    "pool/s.deb",
                    Digest.Of(System.Text.Encoding.ASCII.GetBytes(deb)),
                    3
                ),
            ],
        };
}
