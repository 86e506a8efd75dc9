using NodeForge.Oci;
using NodeForge.TestSupport.Upstream;

namespace NodeForge.Tests;

/// <summary>A folder with a base, a server tarball and the recipe of a node image of both, which is built offline.</summary>
internal sealed class SmallNode : IDisposable
{
    private readonly string version;

    /// <param name="version">Of Kubernetes, with its v.</param>
    public SmallNode(string version)
    {
        this.version = version;
        ImageFiles.In("oci", "registry.test/base:1", "base").Write(In("base"));
        File.WriteAllBytes(In("server.tar.gz"), ServerRelease.Tarball(version));
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("nodeforge-node-").FullName;

    public RecipeRequest Request => new(In("node.yaml"), null, new Dictionary<string, string>(), []);

    public string In(string path) => Path.Combine(Folder, path);

    public Forge Forge() =>
        new(
            new ForgeOptions
            {
                Host = HostEnvironment.FromProcess(),
                Cache = In("cache"),
                SourceDateEpoch = 1_700_000_000,
            },
            SilentReporter.Instance
        );

    /// <param name="images">Entries of the recipe's list of images, YAML.</param>
    /// <param name="settings">More lines of the recipe.</param>
    public async Task LockAsync(string images, string settings = "")
    {
        await File.WriteAllTextAsync(
            In("node.yaml"),
            $$"""
            apiVersion: nodeforge.dev/v1alpha1
            kind: NodeImage
            name: node
            platforms: [linux/amd64]
            base: {image: "oci:base"}
            kubernetes: {version: "{{version}}", tarball: server.tar.gz}
            {{settings}}images:
              - {kubeadm: false}

            """ + images
        );
        await Forge().LockAsync(new LockRequest(Request), CancellationToken.None);
    }

    public async Task<Image> BuildAsync(bool allowOpen, params string[] outputs)
    {
        BuildRequest build = new(Request, "NodeImage")
        {
            Offline = true,
            AllowOpenClosure = allowOpen,
            Outputs = outputs,
        };
        return Assert.Single((await Forge().BuildAsync(build, CancellationToken.None)).Images);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
