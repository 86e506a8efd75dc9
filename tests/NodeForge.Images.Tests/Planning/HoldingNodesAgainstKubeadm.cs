using NodeForge.Images.Planning;
using NodeForge.Images.Tests.Assembly;
using NodeForge.Oci;
using NodeForge.Recipes;
using NodeForge.Recipes.Locks;

namespace NodeForge.Images.Tests.Planning;

public sealed class HoldingNodesAgainstKubeadm
{
    private static readonly string[] Wanted =
    [
        "registry.k8s.io/coredns/coredns:v1.14.2",
        "registry.k8s.io/etcd:3.6.8-0",
        "registry.k8s.io/pause:3.10.2",
    ];

    [Fact]
    public void A_node_with_all_that_kubeadm_asks_for_is_planned_in_silence() =>
        Assert.Empty(Plan(Node([.. Wanted.Select(Named)])).Warnings);

    [Fact]
    public void A_tag_is_a_name_whatever_the_image_is_called_elsewhere() =>
        Assert.Empty(Plan(Node([Named("example.com/mine:1") with { Tags = [Wanted[1]] }, Named(Wanted[0]), Named(Wanted[2])])).Warnings);

    [Fact]
    public void Another_etcd_than_the_kubeadm_of_the_version_asks_for_is_refused_before_anything_is_made()
    {
        Diagnostic problem = AssemblyRoom.Fails(() =>
            Plan(Node([Named(Wanted[0]), Named("registry.k8s.io/etcd:3.5.21-0"), Named(Wanted[2])]))
        );
        Assert.Equal((ErrorCodes.NodeLacksImages, "registry.k8s.io/etcd:3.5.21-0", Wanted[1]), (problem.Code, problem.Got, problem.Want));
        Assert.Contains("{kubeadm: true}", problem.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_image_that_is_missing_is_told_at_once()
    {
        NodeForgeException failure = Assert.Throws<NodeForgeException>(() => Plan(Node([Named("registry.k8s.io/coredns/coredns:v1.0.0")])));
        Assert.Equal(Wanted, failure.Diagnostics.Select(problem => problem.Want));
    }

    [Fact]
    public void A_name_with_a_digest_is_not_found_by_its_tag()
    {
        string digest = "@" + Digest.Of("etcd"u8);
        Diagnostic problem = AssemblyRoom.Fails(() => Plan(Node([Named(Wanted[0]), Named(Wanted[1] + digest), Named(Wanted[2])])));
        Assert.Equal(("registry.k8s.io/etcd" + digest, Wanted[1]), (problem.Got, problem.Want));
    }

    [Fact]
    public void A_node_without_any_coredns_is_planned_and_that_is_told()
    {
        Diagnostic warning = Assert.Single(Plan(Node([Named(Wanted[1]), Named(Wanted[2])])).Warnings);
        Assert.Equal((ErrorCodes.NodeLacksDns, Severity.Warning, Wanted[0]), (warning.Code, warning.Severity, warning.Want));
    }

    [Fact]
    public void A_node_whose_images_are_all_made_by_recipes_leaves_coredns_out_on_purpose()
    {
        Assert.Empty(KubeadmEntry.Problems(Node([Made(Wanted[1]), Made(Wanted[2])]), [.. Wanted.Skip(1)]));
        Assert.Equal(
            ErrorCodes.NodeLacksDns,
            Assert.Single(KubeadmEntry.Problems(Node([Made(Wanted[1]), Named(Wanted[2])]), [.. Wanted.Skip(1)])).Code
        );
        Assert.Equal(
            [ErrorCodes.NodeLacksImages],
            KubeadmEntry.Problems(Node([Made(Wanted[1])]), [Wanted[1]]).Select(problem => problem.Code)
        );

        static PreloadedImage Made(string tag) =>
            new()
            {
                Recipe = new()
                {
                    File = "/r/image.yaml",
                    Name = "image",
                    Platforms = [Platform.LinuxAmd64],
                    Tags = [tag],
                    Contents = new(),
                },
            };
    }

    [Fact]
    public void What_a_release_after_the_last_on_record_wants_is_a_guess_and_only_told() =>
        Assert.All(Plan(Node([], "v1.36.99")).Warnings, warning => Assert.Equal(Severity.Warning, warning.Severity));

    [Fact]
    public void A_recipe_may_say_that_it_differs_on_purpose() => Assert.Empty(Plan(Node([]) with { HeldAgainstKubeadm = false }).Warnings);

    [Fact]
    public void The_images_of_the_lock_stand_for_kubeadms_entry_and_those_that_are_named_do_not()
    {
        NodeImageRecipe recipe = Node([Named("example.com/app:1"), new() { OfKubeadm = true }]);
        NodeImagePlan plan = Plan(recipe, "example.com/app:1", Wanted[0], Wanted[1], Wanted[2]);
        Assert.Equal(Wanted.Select(name => "docker://" + name), plan.OfKubeadm.Select(image => image.Reference));
        Assert.Equal(
            ["docker://example.com/app:1", .. Wanted.Select(name => "docker://" + name)],
            plan.Steps.Where(step => step.Kind == "preload").Select(step => step.Title)
        );
    }

    [Fact]
    public async Task An_archive_whose_names_are_known_only_when_it_is_read_is_held_against_kubeadm_then()
    {
        using NodeRoom room = new();
        NodeImageRecipe recipe = room.Recipe with { HeldAgainstKubeadm = true };
        Assert.Empty(room.Plan(recipe).Warnings);
        NodeForgeException failure = await Assert.ThrowsAsync<NodeForgeException>(() => room.AssembleAsync(recipe));
        Assert.Equal(["k8s.gcr.io/etcd:3.4.13-0", "k8s.gcr.io/pause:3.2"], failure.Diagnostics.Select(problem => problem.Want));
    }

    private static PreloadedImage Named(string name) => new() { Image = new ImageSource("docker://" + name, null) };

    private static NodeImageRecipe Node(IReadOnlyList<PreloadedImage> images, string version = "v1.36.2") =>
        new()
        {
            File = "/r/node.yaml",
            Name = "node",
            Platforms = [Platform.LinuxAmd64],
            Base = new(null, new ImageSource("docker://example.com/base:1", null)),
            Kubernetes = new() { Version = version, Release = "https://example.com/server.tar.gz" },
            Images = images,
            Contents = new(),
        };

    private static NodeImagePlan Plan(NodeImageRecipe recipe, params IReadOnlyList<string> locked) =>
        (NodeImagePlan)
            Planner.Plan(
                recipe,
                new()
                {
                    Recipe = Digest.Of("recipe"u8),
                    Epoch = 1,
                    Parts =
                    [
                        new()
                        {
                            Recipe = "node.yaml",
                            Platform = "linux/amd64",
                            Sources = [.. locked.Select(name => new LockedImage("docker://" + name, Digest.Of("m"u8), []))],
                        },
                    ],
                },
                Platform.LinuxAmd64
            );
}
