using NodeForge.Images.Assembly.Contents;
using NodeForge.Images.Assembly.Kubernetes;
using NodeForge.Images.Debian;
using NodeForge.Images.Debian.Bootstrap;
using NodeForge.Images.Planning;
using NodeForge.Images.Processes;
using NodeForge.Oci;
using NodeForge.Oci.Compression;
using NodeForge.Oci.Layers;
using NodeForge.Recipes;
using NodeForge.Recipes.Locks;

namespace NodeForge.Images.Tests.Assembly;

/// <summary>The toolchain, and where a case says so the compilation, are found done: what is around them is what is told here.</summary>
public sealed class BuildingKubernetes
{
    [Fact]
    public async Task A_build_with_other_bits_than_the_lock_records_is_refused()
    {
        using AssemblyRoom room = new();
        KubernetesBuildPlan plan = Plan(room, output: Digest.Of("another build"u8));
        Compiled(room, plan);
        Diagnostic problem = await AssemblyRoom.FailsAsync(() =>
            new KubernetesBuilder(room.Environment).BuildAsync(plan, CancellationToken.None)
        );
        Descriptor made = await new KubernetesBuilder(room.Environment).BuildAsync(Plan(room, output: null), CancellationToken.None);
        Assert.Equal(
            (ErrorCodes.OutputNotAsLocked, made.Digest.ToString(), plan.Part.Output.ToString()),
            (problem.Code, problem.Got, problem.Want)
        );
        Assert.Contains("--update kubernetes", problem.Hint, StringComparison.Ordinal);
        Assert.Equal(made, await new KubernetesBuilder(room.Environment).BuildAsync(Plan(room, made.Digest), CancellationToken.None));
    }

    [Fact]
    public async Task Compiling_as_a_user_is_refused_before_anything_is_unpacked()
    {
        using AssemblyRoom room = new();
        KubernetesBuildPlan plan = Plan(room, output: null);
        Diagnostic told = await AssemblyRoom.FailsAsync(() =>
            new KubernetesBuilder(room.Environment with { IsRoot = false }).BuildAsync(plan, CancellationToken.None)
        );
        Assert.Equal((ErrorCodes.RootNeeded, plan.Recipe.File), (told.Code, told.Where!.Resource));
        Assert.False(Directory.Exists(room["cache/scratch"]) && Directory.EnumerateFileSystemEntries(room["cache/scratch"]).Any());
    }

    [Fact]
    public async Task A_user_who_has_the_compiled_programs_needs_no_rights()
    {
        using AssemblyRoom room = new();
        KubernetesBuildPlan plan = Plan(room, output: null);
        Compiled(room, plan);
        Descriptor tarball = await new KubernetesBuilder(room.Environment with { IsRoot = false }).BuildAsync(plan, CancellationToken.None);
        Assert.Contains("kubernetes/server/bin/kubeadm", room.Read(tarball).Keys);
    }

    [Fact]
    public async Task A_toolchain_of_another_machine_is_refused_with_the_two_ways_out()
    {
        using AssemblyRoom room = new();
        string foreign = DebianArchitecture.OfThisMachine == "amd64" ? "arm64" : "amd64";
        KubernetesBuildPlan plan = Plan(room, output: null);
        plan = plan with
        {
            Part = plan.Part with { Sources = [new LockedPackage("golang", "1", foreign, "bookworm", "pool/g.deb", Digest.Of("g"u8), 1)] },
        };
        Diagnostic told = await AssemblyRoom.FailsAsync(() =>
            new KubernetesBuilder(room.Environment).BuildAsync(plan, CancellationToken.None)
        );
        Assert.Equal((ErrorCodes.ToolchainForeign, foreign), (told.Code, told.Got));
        Assert.Contains("nodeforge lock RECIPE --update kubernetes", told.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_build_is_a_server_tarball_that_a_node_takes()
    {
        using AssemblyRoom room = new();
        KubernetesBuildPlan plan = Plan(room, output: null);
        Compiled(room, plan);
        Descriptor tarball = await new KubernetesBuilder(room.Environment).BuildAsync(plan, CancellationToken.None);
        KubernetesRelease release = await new ServerTarball(room.Environment).UnpackAsync(
            tarball.Digest,
            "build",
            "v1.20.2",
            Platform.LinuxAmd64,
            CancellationToken.None
        );
        Assert.Equal(3, release.Binaries.Count);
    }

    [Fact]
    public async Task What_the_lock_records_and_the_store_has_is_not_compiled()
    {
        using AssemblyRoom room = new();
        Digest output = room.Store.Write("the tarball"u8);
        Assert.Equal(output, (await new KubernetesBuilder(room.Environment).BuildAsync(Plan(room, output), CancellationToken.None)).Digest);
        Assert.Empty(room.Events);
    }

    [Fact]
    public async Task A_compilation_that_cannot_run_says_why_and_leaves_no_scratch()
    {
        using AssemblyRoom room = new();
        KubernetesBuildPlan plan = Plan(room, output: null);
        Diagnostic problem = await AssemblyRoom.FailsAsync(() =>
            new KubernetesBuilder(room.Environment).BuildAsync(plan, CancellationToken.None)
        );
        // This toolchain is empty: root gets as far as finding that out.
        Assert.Equal(Environment.UserName == "root" ? ErrorCodes.ProgramFailed : ErrorCodes.RootNeeded, problem.Code);
        Assert.Empty(Directory.Exists(room["cache/scratch"]) ? Directory.EnumerateFileSystemEntries(room["cache/scratch"]) : []);
    }

    [Fact]
    public async Task A_toolchain_whose_build_folder_leads_out_of_it_is_refused_and_nothing_is_written_there()
    {
        using AssemblyRoom room = new();
        string victim = Directory.CreateDirectory(room["victim"]).FullName;
        KubernetesBuildPlan plan = Plan(room, output: null);
        LayerBlob toolchain = LayerWriter.WriteToStore(
            [AssemblyRoom.Link("build", victim)],
            room.Store,
            LayerEncoding.None,
            AssemblyRoom.Epoch
        );
        room.Environment.Actions.Remember(
            DebianBootstrap.KeyOf(plan.Toolchain, plan.Epoch, RootfsPurpose.Toolchain),
            [LayerOutput.Of("rootfs", toolchain)]
        );
        Diagnostic told = await AssemblyRoom.FailsAsync(() =>
            new KubernetesBuilder(room.Environment).BuildAsync(plan, CancellationToken.None)
        );
        Assert.Equal(Environment.UserName == "root" ? ErrorCodes.RootfsNotAsLocked : ErrorCodes.RootNeeded, told.Code);
        Assert.Empty(Directory.EnumerateFileSystemEntries(victim));
    }

    [Fact]
    public async Task A_tree_and_a_go_of_this_machine_decide_the_build_and_are_copied_for_it()
    {
        using AssemblyRoom room = new();
        room.Write("tree/go.mod", "module k8s.io/kubernetes");
        room.Write("tree/.git/HEAD", "ref");
        room.Write("go/bin/go", "#!/bin/sh");
        KubernetesBuildRecipe recipe = Plan(room, output: null).Recipe with
        {
            Source = null,
            Tree = new() { Folder = room["tree"] },
            Go = room["go"],
        };
        SourceTrees trees = new(room.Environment);
        string[] before = await trees.DigestsAsync(recipe, CancellationToken.None);
        await trees.LayAsync(recipe, Directory.CreateDirectory(room["build"]).FullName, room.Environment.Programs, CancellationToken.None);
        Assert.Equal(
            ["go/bin/go", "source/tree/go.mod"],
            Directory
                .EnumerateFiles(room["build"], "*", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(room["build"], file))
                .Order(StringComparer.Ordinal)
        );
        room.Write("tree/go.mod", "edited");
        string[] after = await trees.DigestsAsync(recipe, CancellationToken.None);
        Assert.Equal((2, before[1]), (before.Length, after[1]));
        Assert.NotEqual(before[0], after[0]);
    }

    [Fact]
    public void An_image_of_a_tree_has_the_version_of_the_build_as_its_tag()
    {
        using AssemblyRoom room = new();
        ContainerImageRecipe proxy = new()
        {
            File = room["proxy.yaml"],
            Name = "kube-proxy",
            Platforms = [Platform.LinuxAmd64],
            Tags = ["registry.k8s.io/kube-proxy:{version}"],
            Contents = new(),
        };
        KubernetesBuildRecipe recipe = Plan(room, output: null).Recipe with { Version = "v1.37.0-alpha.1+abc", Images = [proxy] };
        RecipeLock locked = new()
        {
            Recipe = Digest.Of("r"u8),
            Epoch = 1,
            Parts = [new() { Recipe = "build.yaml", Platform = "linux/amd64" }, new() { Recipe = "proxy.yaml", Platform = "linux/amd64" }],
        };
        KubernetesBuildPlan plan = (KubernetesBuildPlan)Planner.Plan(recipe, locked, Platform.LinuxAmd64);
        Assert.Equal(["registry.k8s.io/kube-proxy:v1.37.0-alpha.1_abc"], Assert.Single(plan.Images).Recipe.Tags);
    }

    internal static KubernetesBuildPlan Plan(AssemblyRoom room, Digest? output)
    {
        room.Write("script/build", "#!/bin/sh\n");
        KubernetesBuildRecipe recipe = new()
        {
            File = room["build.yaml"],
            Name = "kubernetes",
            Platforms = [Platform.LinuxAmd64],
            Version = "v1.20.2",
            Source = new("bookworm", "kubernetes"),
            Toolchain = new DebianPackages { Suite = "bookworm", Packages = ["golang"] },
            Script = room["script"],
            Binaries = KubernetesRelease.NodePrograms,
            Images = [],
        };
        RecipeLock locked = new()
        {
            Recipe = Digest.Of("recipe"u8),
            Epoch = AssemblyRoom.Epoch,
            Parts =
            [
                new LockedPart
                {
                    Recipe = "build.yaml",
                    Platform = "linux/amd64",
                    Output = output,
                },
            ],
        };
        KubernetesBuildPlan plan = (KubernetesBuildPlan)Planner.Plan(recipe, locked, Platform.LinuxAmd64);
        if (output is null || !room.Store.Contains(output.Value))
            room.Environment.Actions.Remember(
                DebianBootstrap.KeyOf(plan.Toolchain, plan.Epoch, RootfsPurpose.Toolchain),
                [LayerOutput.Of("rootfs", Toolchain(room))]
            );
        return plan;
    }

    private static LayerBlob Toolchain(AssemblyRoom room) =>
        LayerWriter.WriteToStore([AssemblyRoom.Folder_("usr")], room.Store, LayerEncoding.None, AssemblyRoom.Epoch);

    private static void Compiled(AssemblyRoom room, KubernetesBuildPlan plan)
    {
        LayerDraft script = new(new RootfsTree(), plan.Epoch);
        new ContentsLayer(room.Store, new Dictionary<string, ActionOutput>()).Lay(
            new ImageContents
            {
                Files =
                [
                    new FileSource
                    {
                        Path = "/",
                        Kind = FileSourceKind.Tree,
                        Source = plan.Recipe.Script,
                    },
                ],
            },
            script,
            CancellationToken.None
        );
        byte[] program = AssemblyRoom.Program("v1.20.2");
        Digest digest = room.Store.Write(program);
        room.Environment.Actions.Remember(
            KubernetesBuilder.KeyOf(plan, Toolchain(room).DiffId, script),
            [.. KubernetesRelease.NodePrograms.Select(name => new ActionOutput(name, digest, program.Length) { Executable = true })]
        );
    }
}
