using System.Text;
using FsCheck;
using FsCheck.Fluent;
using NodeForge.Oci;
using NodeForge.Recipes.Locks;

namespace NodeForge.Recipes.Tests;

public sealed class RecipeLockFileTests : IDisposable
{
    private static readonly Random Shuffle = new(1);

    private readonly TemporaryFolder folder = new();

    [Fact]
    public void A_lock_written_and_read_is_the_same_lock() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(300),
            Prop.ForAll(
                LockGenerator.Locks.ToArbitrary(),
                recipeLock =>
                {
                    RecipeLock read = RecipeLockFile.Parse("x.lock.json", RecipeLockFile.Format(recipeLock));

                    Assert.True(LockDifference.Between(recipeLock, read).IsEmpty);
                    Assert.Equal((recipeLock.Recipe, recipeLock.Epoch), (read.Recipe, read.Epoch));
                    Assert.Equal(recipeLock.Parts.Sum(part => part.Packages.Count), read.Parts.Sum(part => part.Packages.Count));
                    Assert.Equal(RecipeLockFile.Format(recipeLock), RecipeLockFile.Format(read));
                }
            )
        );

    [Fact]
    public void The_bytes_do_not_depend_on_the_order_in_which_a_lock_was_put_together() =>
        Check.One(
            Config.QuickThrowOnFailure,
            Prop.ForAll(
                LockGenerator.Locks.ToArbitrary(),
                recipeLock =>
                {
                    RecipeLock shuffled = recipeLock with
                    {
                        Parts =
                        [
                            .. recipeLock.Parts.Select(part => part with { Sources = [.. part.Sources.OrderBy(_ => Shuffle.Next())] }),
                        ],
                    };
                    Assert.Equal(RecipeLockFile.Format(recipeLock), RecipeLockFile.Format(shuffled));
                }
            )
        );

    [Fact]
    public void Any_damage_is_read_or_refused_with_a_code_and_never_otherwise()
    {
        byte[] valid = File.ReadAllBytes(Path.Combine(RepositoryRoot.Fixtures, "lock.json"));
        Gen<byte[]> damaged =
            from at in Gen.Choose(0, valid.Length - 1)
            from cut in Gen.Choose(0, 40)
            from bytes in ArbMap.Default.GeneratorFor<byte[]>()
            select (byte[])[.. valid[..at], .. bytes, .. valid[Math.Min(valid.Length, at + cut)..]];
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(3_000),
            Prop.ForAll(
                damaged.ToArbitrary(),
                content =>
                {
                    try
                    {
                        RecipeLockFile.Parse("x.lock.json", content);
                    }
                    catch (NodeForgeException refusal)
                    {
                        Assert.All(refusal.Diagnostics, problem => Assert.Contains(problem.Code.Id, new[] { "NF2004", "NF2005" }));
                    }
                }
            )
        );
    }

    [Fact]
    public void Written_it_is_text_for_people_and_ends_with_a_newline()
    {
        string path = Path.Combine(RepositoryRoot.Fixtures, "lock.json");
        string text = File.ReadAllText(path);

        RecipeLockFile.Write(folder["again.lock.json"], RecipeLockFile.Read(path, "node.yaml"));

        Assert.Equal(text, File.ReadAllText(folder["again.lock.json"]));
        Assert.EndsWith("}\n", text, StringComparison.Ordinal);
        Assert.Equal(["again.lock.json"], Directory.GetFileSystemEntries(folder.Path).Select(entry => Path.GetFileName(entry)));
    }

    [Theory]
    [InlineData(
        "\"size\": 1171804",
        "\"size\": -1",
        "NF2004: the size is not one · L:17:19, $.parts[0].packages[0].size · got -1, want bytes, more than none"
    )]
    [InlineData(
        "\"size\": 1171804",
        "\"size\": \"1\"",
        "NF2004: the lock file is damaged · L:17:22, $.parts[0].packages[0].size · got a value of another type · take it from version control again, or remove it and lock again"
    )]
    [InlineData(
        "\"pool/main/c/conntrack-tools/conntrack_1.4.7-1+b2_amd64.deb\"",
        "\"pool/../../etc/passwd\"",
        "NF2004: the path leaves the mirror · L:15:19, $.parts[0].packages[0].path · got pool/../../etc/passwd, want a path below pool/ without .."
    )]
    [InlineData(
        "\"epoch\": ",
        "\"epochs\": ",
        "NF2004: the lock file is damaged · L:4:12, $.epochs · got the unknown property epochs · take it from version control again, or remove it and lock again"
    )]
    [InlineData(
        "\"schemaVersion\": 1",
        "\"schemaVersion\": 2",
        "NF2005: the lock file has a schema that is not known · L:2:20 · got schemaVersion 2, want schemaVersion 1 · use the NodeForge that wrote it, or lock again with this one"
    )]
    [InlineData(
        "\"linux/amd64\"",
        "\"amd64\"",
        "NF2004: this is no platform · L:8:19, $.parts[0].platform · got amd64, want a platform such as linux/amd64"
    )]
    [InlineData("\"schemaVersion\": 1,", "", "got no schemaVersion, want schemaVersion 1")]
    [InlineData("\"packages\": [", "\"packages\": [ null, ", "L:9:21, $.parts[0].packages[0] · got null, want an object")]
    [InlineData("\"packages\": [", "\"packages\": [ ,", null)]
    [InlineData("  \"epoch\"", "  \"epoch\": 1,\n  \"epoch\"", "got the property epoch twice")]
    [InlineData("\"name\": \"conntrack\",", "", "got no 'name'")]
    [InlineData("\"packages\": [", "\"packages\": null, \"files\": [", "got null")]
    public void A_damaged_lock_is_refused_with_its_line_and_column(string before, string after, string? told)
    {
        string text = File.ReadAllText(Path.Combine(RepositoryRoot.Fixtures, "lock.json"));
        int at = text.IndexOf(before, StringComparison.Ordinal);
        Assert.True(at >= 0);
        string damaged = text[..at] + after + text[(at + before.Length)..];

        NodeForgeException refusal = Assert.Throws<NodeForgeException>(() => RecipeLockFile.Parse("L", Encoding.UTF8.GetBytes(damaged)));

        Assert.Contains(told ?? "L:9:", refusal.Diagnostics[0].ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("NodeForge.Recipes", refusal.Message, StringComparison.Ordinal);
        Assert.NotNull(refusal.Diagnostics[0].Where!.Column);
    }

    [Fact]
    public void Lists_that_are_left_out_are_empty()
    {
        RecipeLock read = RecipeLockFile.Parse(
            "L",
            Encoding.UTF8.GetBytes(
                $$"""{"schemaVersion": 1, "recipe": "{{Digest.Of("x"u8)}}", "epoch": 0, "parts": [{"recipe": "a.yaml", "platform": "linux/amd64"}]}"""
            )
        );

        Assert.Empty(read.Parts[0].Packages);
        Assert.Empty(read.Parts[0].Images);
    }

    [Theory]
    [InlineData("recipes/node/debian.yaml", "recipes/node/debian.lock.json")]
    [InlineData("node.yml", "node.lock.json")]
    [InlineData("debian-v1.20.2.yaml", "debian-v1.20.2.lock.json")]
    [InlineData("recipe", "recipe.lock.json")]
    public void It_lies_beside_its_recipe(string recipe, string path) => Assert.Equal(path, RecipeLockFile.DefaultPath(recipe));

    [Fact]
    public void Without_a_lock_the_message_names_the_command()
    {
        NodeForgeException refusal = Assert.Throws<NodeForgeException>(() =>
            RecipeLockFile.Read(folder["node.lock.json"], "recipes/node.yaml")
        );

        Assert.Equal(
            $"NF2001: the recipe has no lock file · recipes/node.yaml · want {folder["node.lock.json"]} · run nodeforge lock recipes/node.yaml",
            refusal.Message
        );
    }

    public void Dispose() => folder.Dispose();
}
