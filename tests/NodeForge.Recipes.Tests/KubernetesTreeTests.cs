using NodeForge.Oci;
using NodeForge.Recipes.Reading;

namespace NodeForge.Recipes.Tests;

/// <summary>Recipes that build a source tree, and node recipes that choose it.</summary>
public sealed class KubernetesTreeTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public KubernetesTreeTests()
    {
        File.SetUnixFileMode(folder.Write("script/build", ""), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        folder.Write("tree/go.mod", "module k8s.io/kubernetes");
        folder.Write("other/go.mod", "module k8s.io/kubernetes");
        folder.Write(
            "proxy.yaml",
            "apiVersion: nodeforge.dev/v1alpha1\nkind: ContainerImage\nname: kube-proxy\nplatforms: [linux/amd64]\ntags: [\"k8s.gcr.io/kube-proxy:v1.20.2\"]\nentrypoint: [/x]\n"
        );
        WriteBuild("{folder: tree}");
        WriteNode("version: v1.37.0, source: other");
    }

    [Theory]
    [InlineData("{folder: tree}", "tree", null, null)]
    [InlineData("{tarball: tree/go.mod}", null, "tree/go.mod", null)]
    [InlineData("{tarball: \"https://example.com/{version}/src.tar.gz\"}", null, null, "https://example.com/{version}/src.tar.gz")]
    public void A_tree_is_a_folder_or_an_archive_of_this_machine_or_of_a_server(string source, string? tree, string? tarball, string? url)
    {
        WriteBuild(source);
        KubernetesBuildRecipe build = (KubernetesBuildRecipe)RecipeReader.Read(folder["build.yaml"]);

        Assert.Null(build.Source);
        Assert.Equal(
            (tree is null ? null : folder[tree], tarball is null ? null : folder[tarball], url),
            (build.Tree!.Folder, build.Tree.Tarball, build.Tree.Url)
        );
        Assert.Equal(["registry.k8s.io/kube-proxy:{version}"], Assert.Single(build.Images).Tags);
    }

    [Fact]
    public void A_node_recipe_chooses_version_and_tree()
    {
        NodeImageRecipe node = (NodeImageRecipe)RecipeReader.Read(folder["node.yaml"]);

        Assert.Equal(
            ("v1.37.0", "v1.37.0", folder["other"]),
            (node.Kubernetes.Version, node.Kubernetes.Build!.Version, node.Kubernetes.Build.Tree!.Folder)
        );
    }

    [Fact]
    public void An_empty_source_chooses_nothing()
    {
        WriteNode("source: \"\"");
        NodeImageRecipe node = (NodeImageRecipe)RecipeReader.Read(folder["node.yaml"]);

        Assert.Equal(("v1.36.2", folder["tree"]), (node.Kubernetes.Version, node.Kubernetes.Build!.Tree!.Folder));
    }

    [Fact]
    public void A_recipe_of_a_source_package_takes_no_tree()
    {
        WriteBuild("{debian: {suite: bookworm, package: kubernetes}}");
        WriteNode("source: other");
        NodeForgeException refusal = Assert.Throws<NodeForgeException>(() => RecipeReader.Read(folder["node.yaml"]));

        Assert.Equal(ErrorCodes.RecipeChoice, Assert.Single(refusal.Diagnostics).Code);
    }

    [Fact]
    public async Task The_same_files_give_the_same_digest_wherever_they_lie_and_whatever_version_control_keeps_beside_them()
    {
        folder.Write("tree/.git/HEAD", "one");
        folder.Write("tree/_output/bin/kubeadm", "built");
        Digest tree = await RecipeDigest.OfTreeAsync(folder["tree"], SourceTree.Left, CancellationToken.None);

        Assert.Equal(tree, await RecipeDigest.OfTreeAsync(folder["other"], SourceTree.Left, CancellationToken.None));
        folder.Write("tree/pkg/.git", "further down it is a file like others");
        Assert.NotEqual(tree, await RecipeDigest.OfTreeAsync(folder["tree"], SourceTree.Left, CancellationToken.None));
    }

    [Fact]
    public async Task An_edit_of_the_tree_makes_the_lock_stale_and_a_commit_does_not()
    {
        Digest before = await DigestAsync();
        folder.Write("other/.git/index", "staged");
        Assert.Equal(before, await DigestAsync());
        folder.Write("other/go.mod", "edited");
        Assert.NotEqual(before, await DigestAsync());
    }

    public void Dispose() => folder.Dispose();

    private Task<Digest> DigestAsync() => RecipeDigest.ComputeAsync(RecipeReader.Read(folder["node.yaml"]), CancellationToken.None);

    private void WriteBuild(string source) =>
        folder.Write(
            "build.yaml",
            $$"""
            apiVersion: nodeforge.dev/v1alpha1
            kind: KubernetesBuild
            name: build
            version: "v1.36.2"
            platforms: [linux/amd64]
            source: {{source}}
            toolchain: {debian: {suite: sid, packages: [golang-1.26-go]}, folder: script}
            script: script
            binaries: [kubeadm]
            images: [{recipe: proxy.yaml, tags: ["registry.k8s.io/kube-proxy:{version}"]}]

            """
        );

    private void WriteNode(string kubernetes) =>
        folder.Write(
            "node.yaml",
            $$"""
            apiVersion: nodeforge.dev/v1alpha1
            kind: NodeImage
            name: node
            platforms: [linux/amd64]
            base: {image: "docker://example.com/base:1"}
            kubernetes: {recipe: build.yaml, {{kubernetes}}}
            images: [{kubeadm: true}]

            """
        );
}
