using NodeForge.Images.Planning;
using NodeForge.Images.Tests.Assembly;
using NodeForge.Oci;
using NodeForge.Recipes;
using NodeForge.Recipes.Locks;

namespace NodeForge.Images.Tests.Planning;

public sealed class FittingContainerd
{
    [Theory]
    [InlineData("v1.37.0", "1.7.29")]
    [InlineData("v1.37.2", "v1.6.20")]
    public void The_kubelet_of_1_37_is_not_planned_on_a_containerd_before_2(string kubernetes, string containerd)
    {
        Diagnostic told = AssemblyRoom.Fails(() => Plan(kubernetes, containerd));
        Assert.Equal((ErrorCodes.ContainerdTooOld, $"containerd {containerd}"), (told.Code, told.Got));
    }

    [Theory]
    [InlineData("v1.37.0", "2.3.4")]
    [InlineData("v1.37.0", null)]
    [InlineData("v1.36.2", "1.7.29")]
    public void Others_are(string kubernetes, string? containerd) =>
        Assert.Equal(kubernetes, Plan(kubernetes, containerd).Recipe.Kubernetes.Version);

    private static NodeImagePlan Plan(string kubernetes, string? containerd) =>
        (NodeImagePlan)
            Planner.Plan(
                new NodeImageRecipe
                {
                    File = "/r/node.yaml",
                    Name = "node",
                    Platforms = [Platform.LinuxAmd64],
                    Base = new(null, new ImageSource("docker://example.com/base:1", null)),
                    Kubernetes = new() { Version = kubernetes, Release = "https://example.com/server.tar.gz" },
                    Components = [new("containerd") { Url = "https://example.com/containerd.tar.gz", Version = containerd }],
                    HeldAgainstKubeadm = false,
                    Contents = new(),
                },
                new RecipeLock
                {
                    Recipe = Digest.Of("recipe"u8),
                    Epoch = 1,
                    Parts = [new() { Recipe = "node.yaml", Platform = "linux/amd64" }],
                },
                Platform.LinuxAmd64
            );
}
