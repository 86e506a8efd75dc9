using NodeForge.Images.Assembly;
using NodeForge.Images.Exporting;
using NodeForge.Images.Tests.Assembly;
using NodeForge.Images.Verification;
using NodeForge.Kubernetes;
using NodeForge.Oci;
using NodeForge.Oci.Layouts;

namespace NodeForge.Images.Tests.Verification;

public sealed class InspectingImages
{
    [Theory]
    [InlineData("oci")]
    [InlineData("oci-archive")]
    [InlineData("docker-archive")]
    public async Task A_node_says_its_kubernetes_and_what_is_preloaded(string transport)
    {
        using NodeRoom node = new();
        BuiltImage image = await node.AssembleAsync(node.Recipe);
        InspectedImage read = await InspectAsync(node, transport, "gzip", image);
        Assert.Equal(("v1.20.2", image.Config.Digest), (read.KubernetesVersion, read.ImageId));
        Assert.Equal([NodeRoom.ApiserverAlias, NodeRoom.Apiserver, NodeRoom.Pause, "example.com/shop/front:1", "example.org/garden/front:1"], read.Preloaded);
        Assert.Equal(image.Layers.Select(layer => "nodeforge " + layer.Title), read.Layers.Select(layer => layer.Title));
    }

    [Fact]
    public async Task Only_documents_and_the_last_layer_are_read()
    {
        using NodeRoom node = new();
        BuiltImage image = await node.AssembleAsync(node.Recipe);
        await WriteAsync(node, "oci:" + node.Room["out"], "none", image);
        foreach (BuiltLayer layer in image.Layers.SkipLast(1))
            Overwrite(Path.Combine(node.Room["out"], "blobs/sha256", layer.Blob.Descriptor.Digest.Hex));
        InspectedImage read = Assert.Single(await ImageInspector.InspectAsync(ImageTransport.Parse("oci:" + node.Room["out"]), CancellationToken.None));
        Assert.Equal("v1.20.2", read.KubernetesVersion);
    }

    [Fact]
    public async Task A_last_layer_that_is_not_what_the_config_names_is_refused()
    {
        using NodeRoom node = new();
        BuiltImage image = await node.AssembleAsync(node.Recipe);
        await WriteAsync(node, "oci:" + node.Room["out"], "none", image);
        string last = Path.Combine(node.Room["out"], "blobs/sha256", image.Layers[^1].Blob.Descriptor.Digest.Hex);
        byte[] bytes = File.ReadAllBytes(last);
        bytes[bytes.AsSpan().IndexOf("hello\n"u8)] = (byte)'j';
        File.Delete(last);
        File.WriteAllBytes(last, bytes);
        Diagnostic problem = await AssemblyRoom.FailsAsync(() => ImageInspector.InspectAsync(ImageTransport.Parse("oci:" + node.Room["out"]), CancellationToken.None));
        Assert.Equal(ErrorCodes.DiffIdMismatch, problem.Code);
    }

    [Fact]
    public async Task A_missing_layer_is_told()
    {
        using NodeRoom node = new();
        BuiltImage image = await node.AssembleAsync(node.Recipe);
        await WriteAsync(node, "oci:" + node.Room["out"], "none", image);
        File.Delete(Path.Combine(node.Room["out"], "blobs/sha256", image.Layers[1].Blob.Descriptor.Digest.Hex));
        Diagnostic problem = await AssemblyRoom.FailsAsync(() => ImageInspector.InspectAsync(ImageTransport.Parse("oci:" + node.Room["out"]), CancellationToken.None));
        Assert.Equal(ErrorCodes.ImageBlobMissing, problem.Code);
    }

    private static async Task<InspectedImage> InspectAsync(NodeRoom node, string transport, string compression, BuiltImage image)
    {
        await WriteAsync(node, $"{transport}:{node.Room["out"]}", compression, image);
        return Assert.Single(await ImageInspector.InspectAsync(ImageTransport.Parse($"{transport}:{node.Room["out"]}"), CancellationToken.None));
    }

    private static Task WriteAsync(NodeRoom node, string output, string compression, BuiltImage image) =>
        ImageOutputs.Parse([output], "example.com/node:1", compression).WriteAsync([image], node.Room.Environment, CancellationToken.None);

    // Of the same length: a layout's blobs are hard links to the store's, which are not to be written to.
    private static void Overwrite(string blob)
    {
        long length = new FileInfo(blob).Length;
        File.Delete(blob);
        File.WriteAllBytes(blob, new byte[length]);
    }
}
