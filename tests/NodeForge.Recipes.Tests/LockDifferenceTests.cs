using System.Text;
using NodeForge.Oci;
using NodeForge.Recipes.Locks;

namespace NodeForge.Recipes.Tests;

public class LockDifferenceTests
{
    private static readonly LockedPart Base = new()
    {
        Recipe = "../base/bookworm.yaml",
        Platform = "linux/amd64",
        Sources =
        [
            Package("containerd", "1.6.20", "a"),
            Package("conntrack", "1.4.7", "b"),
            Package("gone", "1", "c"),
            Package("libc6", "2.36", "d"),
        ],
    };

    private static readonly LockedPart Node = new()
    {
        Recipe = "node.yaml",
        Platform = "linux/amd64",
        Sources =
        [
            new LockedFile("kubernetes", Of("e"), 10) { Url = "https://example.com/v1.33.1.tar.gz" },
            Image("docker://example.com/a:1", "f"),
        ],
        Output = Of("g"),
    };

    private static readonly RecipeLock Before = new()
    {
        Recipe = Of("r"),
        Epoch = 1_793_491_200,
        Parts = [Node, Base],
    };

    private static readonly RecipeLock After = new()
    {
        Recipe = Of("r"),
        Epoch = 1_793_577_600,
        Parts =
        [
            Node with
            {
                Sources =
                [
                    Node.Files[0] with
                    {
                        Digest = Of("E"),
                    },
                    Image("docker://example.com/a:1", "F"),
                    Image("docker://example.com/b:1", "h"),
                ],
                Output = Of("G"),
            },
            Base with
            {
                Sources = [Package("containerd", "1.6.24", "A"), Package("conntrack", "1.4.7", "b"), Package("libc6", "2.36", "D")],
            },
            new() { Recipe = "extra.yaml", Platform = "linux/arm64" },
        ],
    };

    [Fact]
    public void What_moved_is_told_by_part_and_name()
    {
        string text = LockDifference.Between(Before, After).ToText();
        string golden = Path.Combine(RepositoryRoot.Fixtures, "lock-difference.txt");
        if (Environment.GetEnvironmentVariable("NODEFORGE_ACCEPT") == "1")
            File.WriteAllText(golden, text);

        Assert.Equal(File.ReadAllText(golden), text);
    }

    [Fact]
    public void Two_equal_locks_differ_in_nothing()
    {
        LockDifference difference = LockDifference.Between(Before, RecipeLockFile.Parse("x", RecipeLockFile.Format(Before)));

        Assert.True(difference.IsEmpty);
        Assert.Equal("", difference.ToText());
        difference.RefuseAny("x.lock.json", "x.yaml");
    }

    [Fact]
    public void A_check_that_finds_a_move_ends_with_3()
    {
        NodeForgeException refusal = Assert.Throws<NodeForgeException>(() =>
            LockDifference.Between(Before, After).RefuseAny("x.lock.json", "x.yaml")
        );

        Assert.Equal(ExitCode.Verification, refusal.ExitCode);
        Assert.All(refusal.Diagnostics, told => Assert.Equal(ErrorCodes.LockMoved, told.Code));
        Assert.Equal(LockDifference.Between(Before, After).Changes.Count, refusal.Diagnostics.Count);
        Assert.Contains("nodeforge lock x.yaml", refusal.Message, StringComparison.Ordinal);
    }

    private static Digest Of(string text) => Digest.Of(Encoding.UTF8.GetBytes(text));

    private static LockedPackage Package(string name, string version, string content) =>
        new(name, version, "amd64", "bookworm", $"pool/main/{name}_{version}.deb", Of(content), 5);

    private static LockedImage Image(string reference, string content) =>
        new(
            reference,
            Of(content),
            [
                new("application/vnd.oci.image.manifest.v1+json", Of(content), 5),
                new("application/vnd.oci.image.config.v1+json", Of(content + "c"), 5),
            ]
        );
}
