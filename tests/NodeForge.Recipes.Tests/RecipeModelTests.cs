using NodeForge.Oci;
using NodeForge.Recipes.Reading;

namespace NodeForge.Recipes.Tests;

/// <summary>What the fixtures become.</summary>
public class RecipeModelTests
{
    [Fact]
    public void A_base_image_keeps_files_in_the_order_of_the_text_with_modes_and_owners()
    {
        BaseImageRecipe recipe = Assert.IsType<BaseImageRecipe>(Read("valid-base.yaml"));
        IReadOnlyList<FileSource> files = recipe.Contents.Files;

        Assert.Equal(
            [FileSourceKind.Tree, FileSourceKind.File, FileSourceKind.Content, FileSourceKind.SymbolicLink, FileSourceKind.Directory],
            files.Select(file => file.Kind)
        );
        Assert.Equal((Convert.ToInt32("4755", 8), 1, 2), (files[1].Mode, files[1].Uid, files[1].Gid));
        Assert.Equal(Path.Combine(RepositoryRoot.Fixtures, "tree", "motd"), files[1].Source);
        Assert.Equal("#!/bin/sh\necho \"${HOME} and \\t stay as they are\"\n", files[2].Content);
        Assert.Equal(Convert.ToInt32("755", 8), files[2].Mode);
        Assert.Equal("/run", files[3].Target);
        Assert.Null(files[0].Mode);
    }

    [Fact]
    public void A_base_image_keeps_what_it_says_of_Debian_and_of_running()
    {
        BaseImageRecipe recipe = Assert.IsType<BaseImageRecipe>(Read("valid-base.yaml"));

        Assert.Equal([Platform.LinuxAmd64, Platform.LinuxArm64], recipe.Platforms);
        Assert.Equal(
            ("bookworm", false, true, "20261101T000000Z"),
            (recipe.Debian.Suite, recipe.Debian.Security, recipe.Debian.Updates, recipe.Debian.Snapshot)
        );
        Assert.Equal(["systemd", "g++"], recipe.Debian.Packages);
        Assert.Equal(["main", "contrib"], recipe.Debian.Components);
        Assert.Equal(["containerd.service", "getty@tty1.service"], recipe.Contents.Systemd.Enable);
        Assert.Equal("multi-user.target", recipe.Contents.Systemd.DefaultTarget);
        Assert.Equal("", recipe.Contents.Environment["EMPTY"]);
        Assert.Equal(["--unit", "1"], recipe.Contents.Command);
        Assert.Equal(("nobody", "/", "SIGRTMIN+3"), (recipe.Contents.User, recipe.Contents.WorkingDirectory, recipe.Contents.StopSignal));
    }

    [Fact]
    public void What_is_left_out_has_its_usual_value()
    {
        ContainerImageRecipe recipe = Assert.IsType<ContainerImageRecipe>(Read("valid-image.yaml"));

        Assert.Equal((true, true), (recipe.Debian!.From.Security, recipe.Debian.From.Updates));
        Assert.Equal(["main"], recipe.Debian.From.Components);
        Assert.Empty(recipe.Contents.Files);
        Assert.Null(recipe.Contents.User);
    }

    [Fact]
    public void Included_recipes_are_read_and_give_their_version()
    {
        NodeImageRecipe recipe = Assert.IsType<NodeImageRecipe>(Read("valid-node-built.yaml"));

        Assert.Equal("v1.20.2", recipe.Kubernetes.Version);
        Assert.Equal(["base", "v1.20.2", "pause"], recipe.Includes.Select(include => include.Name));
        Assert.Equal("kube-proxy", recipe.Kubernetes.Build!.Images[0].Contents.Files[0].KubernetesBinary);
        Assert.Equal(new Preloading(PreloadMethod.ContentStore) { Layers = PreloadedLayers.Uncompressed }, recipe.Preload);
        Assert.Equal([Path.Combine(RepositoryRoot.Fixtures, "build-script")], recipe.Kubernetes.Build.LocalInputs);
    }

    [Fact]
    public void Parameters_are_filled_in_and_a_doubled_dollar_is_one()
    {
        NodeImageRecipe recipe = Assert.IsType<NodeImageRecipe>(Read("valid-node-release.yaml"));

        Assert.Equal(("node-v1.33.1", "v1.33.1"), (recipe.Name, recipe.Kubernetes.Version));
        Assert.Equal("docker://registry.example.com:5000/base:1", recipe.Base.Image!.Text);
        Assert.Equal("https://releases.example.com/{version}/kubernetes-server-linux-{architecture}.tar.gz", recipe.Kubernetes.Release);
        Assert.Equal("echo ${HOME} $HOME v1.33.1$", recipe.Contents.Files[0].Content);
    }

    [Fact]
    public void The_caller_overrides_defaults_and_the_model_says_what_is_in_effect()
    {
        NodeImageRecipe recipe = Assert.IsType<NodeImageRecipe>(
            RecipeReader.Read(Fixture("valid-node-release.yaml"), new Dictionary<string, string> { ["version"] = "v1.34.0" })
        );

        Assert.Equal("v1.34.0", recipe.Kubernetes.Version);
        Assert.Equal("v1.34.0", recipe.Parameters["version"]);
        Assert.Equal("registry.example.com:5000", recipe.Parameters["registry"]);
    }

    [Theory]
    [InlineData("valid-node-release.yaml", "versoin", "did you mean version?")]
    [InlineData("valid-base.yaml", "version", "the recipe declares none")]
    public void An_override_that_the_recipe_does_not_declare_is_refused(string fixture, string name, string told)
    {
        NodeForgeException refusal = Assert.Throws<NodeForgeException>(() =>
            RecipeReader.Read(Fixture(fixture), new Dictionary<string, string> { [name] = "v1.34.0" })
        );

        Assert.Equal(ErrorCodes.RecipeParameter, Assert.Single(refusal.Diagnostics).Code);
        Assert.Contains(told, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_override_is_held_to_the_same_form_as_the_text()
    {
        NodeForgeException refusal = Assert.Throws<NodeForgeException>(() =>
            RecipeReader.Read(Fixture("valid-node-release.yaml"), new Dictionary<string, string> { ["version"] = "1.34" })
        );

        Assert.Contains(refusal.Diagnostics, problem => problem.Code == ErrorCodes.RecipeVersion);
    }

    [Fact]
    public void Images_of_this_machine_have_their_path_and_those_of_a_registry_have_none()
    {
        NodeImageRecipe recipe = Assert.IsType<NodeImageRecipe>(Read("valid-node-release.yaml"));

        Assert.Equal(
            [null, Path.Combine(RepositoryRoot.Fixtures, "parts/server.tar.gz"), Path.Combine(RepositoryRoot.Fixtures, "tree")],
            recipe.Images.Select(image => image.Image!.LocalPath)
        );
        Assert.Equal(["example.com/app:1"], recipe.Images[0].Tags);
        Assert.Equal(["containerd", "runc"], recipe.Components.Select(component => component.Name));
    }

    private static string Fixture(string name) => Path.Combine(RepositoryRoot.Fixtures, name);

    private static Recipe Read(string name) => RecipeReader.Read(Fixture(name));
}
