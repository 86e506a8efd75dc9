using NodeForge.Matrices.Planning;

namespace NodeForge.Matrices.Tests;

public sealed class PlanningMatrices : IDisposable
{
    private readonly MatrixRoom room = new();

    public void Dispose() => room.Dispose();

    [Fact]
    public void What_versions_share_is_made_for_the_first_and_each_other_one_adds_its_own()
    {
        MatrixPlan plan = PlanOf(
            "recipes: [node.yaml]\nparameters: {version: [v1.20.2, v1.21.0]}\nplatforms: [linux/amd64, linux/arm64]\n"
        );
        string[] base64 = ["bookworm packages amd64", "base files"];
        Assert.Equal([.. base64, "Kubernetes v1.20.2 amd64", "node configuration"], plan.Cells[0].Layers.Select(layer => layer.Title));
        Assert.Equal(4, plan.Cells[1].Added.Count()); // arm64: other packages, other programs
        Assert.Equal(["Kubernetes v1.21.0 amd64", "node configuration"], plan.Cells[2].Added.Select(layer => layer.Title));
        Assert.Equal(1000, plan.Cells[2].Added.Sum(layer => layer.Bytes));
        Assert.Equal(1200, plan.Cells[0].Added.Sum(layer => layer.Bytes));
        Assert.Equal(4, plan.Shared.Count);
        Assert.All(plan.Shared, layer => Assert.Equal(2, layer.Cells));
    }

    [Fact]
    public void Recipes_on_one_base_share_it_and_those_on_two_do_not()
    {
        const string two = "recipes: [node.yaml, other.yaml]\nplatforms: [linux/amd64]\n";
        Assert.Equal(["bookworm packages amd64", "base files"], PlanOf(two).Shared.Select(layer => layer.Title));
        room.Write(
            "base2.yaml",
            File.ReadAllText(Path.Combine(room.Folder, "base.yaml")).Split('\n', 2)[1].Replace("[init]", "[init, curl]")
        );
        room.Write(
            "other.yaml",
            File.ReadAllText(Path.Combine(room.Folder, "other.yaml")).Split('\n', 2)[1].Replace("base.yaml", "base2.yaml")
        );
        Assert.Empty(PlanOf(two).Shared);
    }

    private MatrixPlan PlanOf(string text)
    {
        Matrix matrix = room.Read(text);
        return MatrixPlan.Of(matrix.Name, MatrixRoom.PlansOf(matrix));
    }
}
