using NodeForge.Images.Assembly;
using NodeForge.Images.Exporting;
using NodeForge.Images.Tests.Assembly;
using NodeForge.Images.Verification;
using NodeForge.Kubernetes;
using NodeForge.Oci;
using NodeForge.Oci.Layers;
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

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("<html>")]
    [InlineData("""{"kubernetesVersion":7}""")]
    [InlineData("""{"closure":{}}""")]
    [InlineData("""{"closure":[7]}""")]
    [InlineData("""{"closure":[{"references":"a"}]}""")]
    [InlineData("""{"closure":[{"references":[7]}]}""")]
    [InlineData("""{"kubernetesVersion":"\ud800"}""")]
    public async Task A_record_of_the_wrong_form_is_told_as_the_images(string record)
    {
        using AssemblyRoom room = new();
        Diagnostic problem = await AssemblyRoom.FailsAsync(() => ImageInspector.InspectAsync(ImageTransport.Parse("oci:" + WithRecord(room, record)), CancellationToken.None));
        Assert.Equal(ErrorCodes.InvalidImageDocument, problem.Code);
        Assert.Contains("usr/lib/nodeforge/image.json", problem.Where!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_record_lacks_is_not_shown()
    {
        using AssemblyRoom room = new();
        string layout = WithRecord(room, """{"closure":[null,{"references":null},{"references":[null,"a:1"]}]}""");
        InspectedImage read = Assert.Single(await ImageInspector.InspectAsync(ImageTransport.Parse("oci:" + layout), CancellationToken.None));
        Assert.Null(read.KubernetesVersion);
        Assert.Equal(["a:1"], read.Preloaded);
    }

    private static string WithRecord(AssemblyRoom room, string record)
    {
        LayerBlob layer = LayerWriter.WriteToStore([AssemblyRoom.File_("usr/lib/nodeforge/image.json", record)], room.Store, LayerEncoding.None, AssemblyRoom.Epoch);
        byte[] config = OciJson.Write(new ImageConfig { Architecture = "amd64", Os = "linux", RootFs = new("layers", [layer.DiffId]) });
        byte[] manifest = OciJson.Write(new Manifest { Config = new(MediaTypes.Config, room.Store.Write(config), config.Length), Layers = [layer.Descriptor] });
        OciLayout.ExportAsync(room["layout"], room.Store, [new(new(MediaTypes.Manifest, room.Store.Write(manifest), manifest.Length))], default).GetAwaiter().GetResult();
        return room["layout"];
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
