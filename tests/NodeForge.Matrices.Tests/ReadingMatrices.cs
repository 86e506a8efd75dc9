namespace NodeForge.Matrices.Tests;

public sealed class ReadingMatrices : IDisposable
{
    private const string Axes = """
        recipes: [node.yaml, other.yaml]
        parameters: {version: [v1.20.2, v1.21.0]}
        platforms: [linux/amd64, linux/arm64]

        """;
    private readonly MatrixRoom room = new();

    public void Dispose() => room.Dispose();

    [Fact]
    public void Every_recipe_with_every_value_for_every_platform_is_a_cell()
    {
        Matrix matrix = room.Read(Axes);
        Assert.Equal(["node-v1.20.2", "node-v1.21.0", "other-v1.20.2", "other-v1.21.0"], matrix.Images.Select(image => image.Name));
        Assert.Equal(8, matrix.Cells.Count);
        Assert.Equal("node-v1.20.2:linux/arm64", matrix.Cells[1].ToString());
        Assert.Equal(Path.Combine(room.Folder, "matrix.locks/node-v1.20.2.lock.json"), matrix.LockPathOf(matrix.Images[0]));
    }

    [Fact]
    public void An_exclude_takes_out_whatever_has_all_its_values()
    {
        Matrix matrix = room.Read(Axes + "exclude: [{recipe: other.yaml, version: v1.20.2}, {recipe: node.yaml, platform: linux/arm64}]\n");
        Assert.Equal(
            ["node-v1.20.2:linux/amd64", "node-v1.21.0:linux/amd64", "other-v1.21.0:linux/amd64", "other-v1.21.0:linux/arm64"],
            matrix.Cells.Select(cell => cell.ToString())
        );
    }

    [Fact]
    public void An_include_that_fits_gives_its_other_values_to_what_it_fits()
    {
        Matrix matrix = room.Read(Axes + "include: [{recipe: node.yaml, version: v1.21.0, flavour: bitter}]\n");
        Assert.Equal(4, matrix.Images.Count);
        Assert.Equal("bitter", Assert.Single(matrix.Images, image => image.Parameters.ContainsKey("flavour")).Parameters["flavour"]);
    }

    [Fact]
    public void An_include_that_fits_nothing_is_one_more_for_the_platforms_that_it_leaves_open()
    {
        Matrix matrix = room.Read(Axes + "include: [{recipe: node.yaml, version: v1.22.0}, {recipe: app.yaml, platform: linux/amd64}]\n");
        Assert.Equal(
            ["node-v1.22.0:linux/amd64", "node-v1.22.0:linux/arm64", "app:linux/amd64"],
            matrix.Cells.Skip(8).Select(cell => cell.ToString())
        );
        Assert.Empty(matrix.Images[^1].Parameters);
    }

    [Theory]
    [InlineData("exclude: [{version: v1.19.0}]", "an exclude fits no combination")]
    [InlineData("exclude: [{versoin: v1.20.2}]", "versoin is no axis of the matrix")]
    [InlineData("include: [{recipe: node.yaml, version: v1.21.0}]", "an include is among the combinations already")]
    [InlineData("exclude: [{platform: linux/amd64}, {platform: linux/arm64}]", "nothing is left of the matrix")]
    public void A_selection_that_changes_nothing_is_refused(string selection, string what)
    {
        IReadOnlyList<Diagnostic> problems = room.Refused(Axes + selection + "\n");
        Assert.Contains((ErrorCodes.MatrixSelection, what), problems.Select(problem => (problem.Code, problem.What)));
    }

    [Fact]
    public void A_version_that_reads_as_a_number_is_to_be_quoted()
    {
        Diagnostic problem = Assert.Single(
            room.Refused("recipes: [node.yaml]\nparameters: {version: [1.20]}\nplatforms: [linux/amd64]\n"),
            problem => problem.Code == ErrorCodes.RecipeWrongType
        );
        Assert.Equal("quote it: \"1.20\"", problem.Hint);
    }

    [Fact]
    public void Images_of_one_name_are_refused_and_outputs_that_all_would_go_to()
    {
        IReadOnlyList<Diagnostic> problems = room.Refused(
            "recipes: [node.yaml]\nparameters: {flavour: [a, b]}\nplatforms: [linux/amd64]\noutputs: [\"oci:out\"]\n"
        );
        Assert.Equal(["node-v1.20.2, 2 times", "oci:out"], problems.Select(problem => problem.Got));
        Assert.All(problems, problem => Assert.Equal(ErrorCodes.MatrixNames, problem.Code));
    }

    [Fact]
    public void A_parameter_that_a_recipe_does_not_have_is_told_once()
    {
        Diagnostic problem = Assert.Single(
            room.Refused("recipes: [node.yaml]\nparameters: {colour: [red]}\nplatforms: [linux/amd64, linux/arm64]\n")
        );
        Assert.Equal(ErrorCodes.RecipeParameter, problem.Code);
    }

    [Fact]
    public void A_platform_that_a_recipe_is_not_for_is_refused()
    {
        Diagnostic problem = Assert.Single(room.Refused("recipes: [app.yaml]\nplatforms: [linux/amd64, linux/arm64]\n"));
        Assert.Equal((ErrorCodes.RecipePlatform, "app.yaml is not made for linux/arm64"), (problem.Code, problem.What));
    }

    [Fact]
    public void More_cells_than_anybody_builds_are_refused_before_they_are_counted_out()
    {
        string values = string.Join(", ", Enumerable.Range(0, 200).Select(number => $"v1.{number}.0"));
        string many = $"[{values}]";
        Diagnostic problem = Assert.Single(
            room.Refused(
                $"recipes: [node.yaml]\nparameters: {{version: {many}, a: {many}, b: {many}, c: {many}}}\nplatforms: [linux/amd64]\n"
            )
        );
        Assert.Equal((ErrorCodes.MatrixTooLarge, "1600000000"), (problem.Code, problem.Got));
    }

    [Theory]
    [InlineData("kind: Matrx\n", "NF1008")]
    [InlineData("recipies: []\n", "NF1004")]
    public void What_the_file_may_not_have_is_told_with_its_place(string text, string code)
    {
        room.Write("matrix.yaml", "name: nodes\nrecipes: [node.yaml]\nplatforms: [linux/amd64]\n" + text);
        NodeForgeException refused = Assert.Throws<NodeForgeException>(() =>
            Reading.MatrixReader.Read(Path.Combine(room.Folder, "matrix.yaml"))
        );
        Assert.Contains(refused.Diagnostics, problem => problem.Code.Id == code && problem.Where?.Line == 5);
    }
}
