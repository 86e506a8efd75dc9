namespace NodeForge.EndToEnd.Tests.NodeImages;

/// <summary>The node image, made once by the command line as a user makes it, in every place that images go to.</summary>
public sealed class NodeImage : IAsyncLifetime
{
    /// <summary>Its name in the engine.</summary>
    public const string Reference = "nodeforge/node:test";

    private BuiltProduct? product;

    /// <summary>A folder of the tests' own; it goes with them.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("nodeforge-node-").FullName;

    public string Layout => Path.Combine(Folder, "layout");

    public string OciArchive => Path.Combine(Folder, "node.oci.tar");

    public string DockerArchive => Path.Combine(Folder, "node.docker.tar");

    internal BuiltProduct Product => product ?? throw new InvalidOperationException("the node image was not built");

    public async ValueTask InitializeAsync()
    {
        ProgramRun build = await ProgramRun.TryAsync(
            Checkout.NodeForge(
                "build",
                "node-image",
                Checkout.NodeRecipe,
                "--lock",
                Checkout.NodeLock,
                "--cache",
                Checkout.Cache,
                "-o",
                "json",
                "--output",
                $"oci:{Layout}:test",
                "--output",
                $"oci-archive:{OciArchive}:test",
                "--output",
                $"docker-archive:{DockerArchive}:{Reference}",
                "--output",
                $"docker-daemon:{Reference}"
            )
        );
        product = BuiltProduct.Read(build.Succeeded().Output);
    }

    /// <summary>The same for tests that need it in the engine alone.</summary>
    public static async Task IntoEngineAsync() =>
        (
            await ProgramRun.TryAsync(
                Checkout.NodeForge(
                    "build",
                    "node-image",
                    Checkout.NodeRecipe,
                    "--lock",
                    Checkout.NodeLock,
                    "--cache",
                    Checkout.Cache,
                    "--output",
                    $"docker-daemon:{Reference}"
                )
            )
        ).Succeeded();

    public ValueTask DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        return ValueTask.CompletedTask;
    }
}

/// <summary>Everything that uses the one node image, one test after the other.</summary>
[CollectionDefinition(Name)]
public sealed class NodeImageCollection : ICollectionFixture<NodeImage>
{
    public const string Name = "node image";
}
