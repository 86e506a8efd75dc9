using System.Diagnostics;
using System.Text;
using NodeForge.Recipes.Reading;

namespace NodeForge.Recipes.Tests;

public sealed class YamlLimitsTests : IDisposable
{
    // A tenth of a second on an idle machine; the rest is for one with more to do. A bomb that goes off takes minutes.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly TemporaryFolder folder = new();

    public static TheoryData<string, string> Bombs =>
        new()
        {
            { "aliases of aliases", Laughs(9, 9) },
            { "aliases of aliases in a key's place", Laughs(30, 2).Replace("- *", "? *", StringComparison.Ordinal) },
            { "a hundred thousand brackets", "a: " + new string('[', 100_000) },
            { "a hundred thousand braces", "a: " + string.Concat(Enumerable.Repeat("{b: ", 100_000)) },
            { "a hundred thousand dashes", string.Concat(Enumerable.Repeat("- ", 100_000)) },
            { "a hundred thousand question marks", string.Concat(Enumerable.Repeat("? ", 100_000)) },
            { "lines indented ever deeper", string.Concat(Enumerable.Range(0, 1_000).Select(i => new string(' ', i) + "a:\n")) },
            { "a hundred thousand items", "a: [" + string.Concat(Enumerable.Repeat("1, ", 100_000)) + "]" },
            { "a hundred thousand anchors", string.Concat(Enumerable.Range(0, 80_000).Select(i => $"- &a{i}\n")) },
        };

    [Theory]
    [MemberData(nameof(Bombs))]
    public void A_bomb_is_refused_at_once(string name, string text)
    {
        string file = folder.Write("bomb.yaml", text);
        Read(file); // what follows measures the reading, not the compiler
        long before = GC.GetAllocatedBytesForCurrentThread();
        Stopwatch watch = Stopwatch.StartNew();

        NodeForgeException refusal = Read(file);

        Assert.True(watch.Elapsed < Limit, $"{name} took {watch.Elapsed}");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200L << 20);
        Assert.Contains(refusal.Diagnostics[0].Code.Id, new[] { "NF1002", "NF1003" });
    }

    [Fact]
    public void Fifty_MiB_are_refused_by_size_without_being_read()
    {
        string file = folder["large.yaml"];
        using (FileStream stream = File.Create(file))
            stream.SetLength(50 << 20);
        long before = GC.GetAllocatedBytesForCurrentThread();

        NodeForgeException refusal = Read(file);

        Assert.Equal(ErrorCodes.RecipeTooLarge, refusal.Diagnostics[0].Code);
        Assert.Contains("1 MiB", refusal.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 << 20);
    }

    [Theory]
    [InlineData(31, false)]
    [InlineData(33, true)]
    public void Nesting_is_allowed_to_32_levels(int levels, bool refused)
    {
        string file = folder.Write("deep.yaml", "a: " + new string('[', levels - 1) + new string(']', levels - 1));

        Assert.Equal(refused, Read(file).Diagnostics[0].Code == ErrorCodes.RecipeTooLarge);
    }

    [Fact]
    public void An_alias_does_not_reach_deeper_than_what_is_written_out()
    {
        string file = folder.Write(
            "deep.yaml",
            "a: &a " + new string('[', 20) + new string(']', 20) + "\nb: " + new string('[', 20) + "*a" + new string(']', 20)
        );

        Assert.Contains("nested too deeply", Read(file).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_million_bytes_of_text_in_one_value_are_read()
    {
        string file = folder.Write(
            "text.yaml",
            "apiVersion: nodeforge.dev/v1alpha1\nkind: ContainerImage\nname: a\nplatforms: [linux/amd64]\ntags: [\"example.com/a:1\"]\nfiles:\n  - {path: /a, content: \""
                + new string('x', 1_000_000)
                + "\"}\n"
        );

        ContainerImageRecipe recipe = Assert.IsType<ContainerImageRecipe>(RecipeReader.Read(file));

        Assert.Equal(1_000_000, recipe.Contents.Files[0].Content!.Length);
    }

    [Fact]
    public void An_aliased_list_is_read_like_the_list()
    {
        string file = folder.Write(
            "alias.yaml",
            "apiVersion: nodeforge.dev/v1alpha1\nkind: BaseImage\nname: a\nplatforms: [linux/amd64]\ndebian: {suite: bookworm, packages: [a1], exclude: &docs [/usr/share/doc/*], include: *docs}\n"
        );

        BaseImageRecipe recipe = Assert.IsType<BaseImageRecipe>(RecipeReader.Read(file));

        Assert.Equal(recipe.Debian.Exclude, recipe.Debian.Include);
    }

    [Theory]
    [InlineData("name: a\0\nkind: b", "0x00", 1, 8)]
    [InlineData("name: a\nkind: \u001b[31m", "0x1b", 2, 7)]
    public void Control_characters_are_refused_where_they_stand(string text, string shown, int line, int column)
    {
        Diagnostic problem = Read(folder.Write("control.yaml", text)).Diagnostics[0];

        Assert.Equal(ErrorCodes.RecipeNotReadable, problem.Code);
        Assert.Contains(shown, problem.Got, StringComparison.Ordinal);
        Assert.Equal((line, column), (problem.Where!.Line, problem.Where.Column));
    }

    [Fact]
    public void Other_encodings_are_refused()
    {
        string file = folder["utf16.yaml"];
        File.WriteAllText(file, "name: a", Encoding.Unicode);

        Assert.Equal(ErrorCodes.RecipeNotReadable, Read(file).Diagnostics[0].Code);
    }

    [Fact]
    public void Missing_files_and_folders_are_told_apart()
    {
        folder.Write("recipe.yaml", "");

        Assert.Contains("did you mean recipe.yaml?", Read(folder["recpie.yaml"]).Message, StringComparison.Ordinal);
        Assert.Contains("got a folder", Read(folder.Path).Message, StringComparison.Ordinal);
        Assert.Contains("got a device", Read("/dev/zero").Message, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();

    private static NodeForgeException Read(string file) => Assert.Throws<NodeForgeException>(() => RecipeReader.Read(file));

    private static string Laughs(int levels, int width) =>
        "a0: &a0 [ha]\n"
        + string.Concat(
            Enumerable
                .Range(1, levels)
                .Select(level => $"a{level}: &a{level}\n" + string.Concat(Enumerable.Repeat($"  - *a{level - 1}\n", width)))
        );
}
