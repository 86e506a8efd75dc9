using NodeForge.Kubernetes.Kubeconfigs;
using NodeForge.TestSupport;

namespace NodeForge.Kubernetes.Tests;

public sealed class WritingTheKubeconfig : IDisposable
{
    private const string Foreign = """
        apiVersion: v1
        kind: Config
        clusters:
        - name: work
          cluster: {server: "https://work:6443"}
        contexts:
        - name: work
          context: {cluster: work, user: me}
        users:
        - name: me
          user: {token: "123"}
        current-context: work
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("nf-kube-").FullName;

    private string File1 => Path.Combine(folder, "config");

    [Fact]
    public void A_new_file_is_the_user_s_alone()
    {
        KubeconfigFile.Add(File1, New("lab"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(File1));
        Assert.Contains("current-context: kind-lab", File.ReadAllText(File1), StringComparison.Ordinal);
        Assert.Equal(["config"], Directory.GetFileSystemEntries(folder).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData("# mine\n")]
    [InlineData("---\n")]
    [InlineData("null\n")]
    [InlineData("\uFEFF")]
    [InlineData(" \n\t\n")]
    [InlineData("--- ~\n...\n")]
    public void A_file_with_nothing_in_it_is_as_empty(string text)
    {
        File.WriteAllText(File1, text);
        KubeconfigFile.Add(File1, New("lab"));
        Assert.Contains("current-context: kind-lab", File.ReadAllText(File1), StringComparison.Ordinal);
        Assert.StartsWith("apiVersion: v1", File.ReadAllText(File1), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{a: ", "}")]
    public void A_file_of_forty_thousand_levels_is_refused_and_stays(string open, string close)
    {
        string text = "users: " + string.Concat(Enumerable.Repeat(open, 40_000)) + string.Concat(Enumerable.Repeat(close, 40_000));
        File.WriteAllText(File1, text);
        Diagnostic told = Assert.Throws<NodeForgeException>(() => KubeconfigFile.Add(File1, New("lab"))).Diagnostics[0];
        Assert.Equal((ErrorCodes.KubeconfigInvalid, "line 1: more than 100 levels"), (told.Code, told.Got));
        Assert.Equal(text, File.ReadAllText(File1));
    }

    [Theory]
    [InlineData("users: &a [*a]")]
    [InlineData("users: [*b]")]
    [InlineData("users: &a {? *a : 1}")]
    public void A_file_that_contains_itself_is_refused(string text)
    {
        File.WriteAllText(File1, text);
        Assert.Equal(
            ErrorCodes.KubeconfigInvalid,
            Assert.Throws<NodeForgeException>(() => KubeconfigFile.Add(File1, New("lab"))).Diagnostics[0].Code
        );
    }

    [Fact]
    public void A_file_that_is_too_long_is_refused_unread()
    {
        using (FileStream large = File.Create(File1))
            large.SetLength(4L << 30);
        Assert.Equal(
            ErrorCodes.KubeconfigInvalid,
            Assert.Throws<NodeForgeException>(() => KubeconfigFile.Remove(File1, "kind-lab")).Diagnostics[0].Code
        );
    }

    [Fact]
    public void Of_several_files_the_first_that_exists_is_written_and_the_last_where_there_is_none()
    {
        string second = Path.Combine(folder, "second"),
            third = Path.Combine(folder, "third");
        HostEnvironment host = TestHost.In(folder, ("KUBECONFIG", $"{File1}:second::{third}:{second}"));
        Assert.Equal([File1, second, third], KubeconfigFile.PathsOf(host));
        Assert.Equal(third, KubeconfigFile.DefaultPathOf(host));
        File.WriteAllText(second, Foreign);
        Assert.Equal(second, KubeconfigFile.DefaultPathOf(host));
    }

    [Fact]
    public void Where_no_file_is_named_it_is_the_one_of_the_home_folder() =>
        Assert.Equal([Path.Combine(folder, ".kube", "config")], KubeconfigFile.PathsOf(TestHost.In(folder)));

    [Fact]
    public void Other_contexts_mode_and_link_are_kept()
    {
        string real = Path.Combine(folder, "real");
        File.WriteAllText(real, Foreign);
        File.SetUnixFileMode(real, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        File.CreateSymbolicLink(File1, real);
        KubeconfigFile.Add(File1, New("lab"));
        Assert.Equal(real, new FileInfo(File1).LinkTarget);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(real));
        string text = File.ReadAllText(real);
        Assert.Contains("https://work:6443", text, StringComparison.Ordinal);
        Assert.Contains("\"123\"", text, StringComparison.Ordinal);
        Assert.Contains("name: kind-lab", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cluster_that_is_made_again_takes_its_own_place()
    {
        KubeconfigFile.Add(File1, New("lab", "https://127.0.0.1:1"));
        KubeconfigFile.Add(File1, New("lab", "https://127.0.0.1:2"));
        string text = File.ReadAllText(File1);
        Assert.DoesNotContain("127.0.0.1:1", text, StringComparison.Ordinal);
        Assert.Equal(1, text.Split("server:").Length - 1);
    }

    [Fact]
    public void Removal_takes_out_one_context_and_leaves_a_file_without_it_byte_for_byte()
    {
        File.WriteAllText(File1, Foreign);
        KubeconfigFile.Remove(File1, "kind-lab");
        Assert.Equal(Foreign, File.ReadAllText(File1));
        KubeconfigFile.Add(File1, New("lab"));
        KubeconfigFile.Add(File1, New("lab2"));
        KubeconfigFile.Remove(File1, "kind-lab");
        string text = File.ReadAllText(File1);
        Assert.DoesNotContain("kind-lab\n", text, StringComparison.Ordinal);
        Assert.Contains("name: kind-lab2", text, StringComparison.Ordinal);
        Assert.Contains("name: work", text, StringComparison.Ordinal);
        Assert.Contains("current-context: kind-lab2", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("- a list\n")]
    [InlineData("clusters: {a: b}\n")]
    [InlineData("a: [unclosed\n")]
    public void A_file_that_is_no_kubeconfig_is_left_as_it_is(string text)
    {
        File.WriteAllText(File1, text);
        Assert.Equal(
            ErrorCodes.KubeconfigInvalid,
            Assert.Throws<NodeForgeException>(() => KubeconfigFile.Add(File1, New("lab"))).Diagnostics[0].Code
        );
        Assert.Equal(text, File.ReadAllText(File1));
    }

    [Fact]
    public void A_lock_that_stays_is_named_with_what_to_do()
    {
        File.WriteAllText(File1 + ".lock", "");
        Diagnostic problem = Assert.Throws<NodeForgeException>(() => KubeconfigFile.Add(File1, New("lab"))).Diagnostics[0];
        Assert.Equal(ErrorCodes.KubeconfigBusy, problem.Code);
        Assert.Contains(File1 + ".lock", problem.Hint, StringComparison.Ordinal);
        Assert.True(File.Exists(File1 + ".lock"));
    }

    [Fact]
    public async Task Many_at_once_lose_nothing()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => KubeconfigFile.Add(File1, New($"c{i}")))));
        string text = File.ReadAllText(File1);
        Assert.All(Enumerable.Range(0, 8), i => Assert.Contains($"cluster: kind-c{i}\n", text, StringComparison.Ordinal));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static Kubeconfig New(string cluster, string server = "https://127.0.0.1:6443") =>
        new(cluster, new Uri(server), "authority", new("certificate", "key"));
}
