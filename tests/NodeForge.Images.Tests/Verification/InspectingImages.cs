using NodeForge.Images.Exporting;
using NodeForge.Images.Fetching;
using NodeForge.Images.Tests.Assembly;
using NodeForge.Images.Verification;
using NodeForge.Kubernetes;
using NodeForge.Oci;
using NodeForge.Oci.Compression;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Registry;
using NodeForge.Oci.Transports;
using NodeForge.TestSupport.Registry;

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
        Image image = await node.AssembleAsync(node.Recipe);
        InspectedImage read = await InspectAsync(node, transport, "gzip", image);
        Assert.Equal(("v1.20.2", image.Id), (read.KubernetesVersion, read.ImageId));
        Assert.Equal(
            [NodeRoom.ApiserverAlias, NodeRoom.Apiserver, NodeRoom.Pause, "example.com/shop/front:1", "example.org/garden/front:1"],
            read.Preloaded
        );
        Assert.Equal(image.Layers.Select(layer => "nodeforge " + layer.Title), read.Layers.Select(layer => layer.Title));
    }

    [Fact]
    public async Task Only_documents_and_the_last_layer_are_read()
    {
        using NodeRoom node = new();
        Image image = await node.AssembleAsync(node.Recipe);
        await WriteAsync(node, "oci:" + node.Room["out"], "none", image);
        foreach (Layer layer in image.Layers.SkipLast(1))
            Overwrite(Path.Combine(node.Room["out"], "blobs/sha256", layer.Descriptor.Digest.Hex));
        InspectedImage read = Assert.Single(await InspectAsync("oci:" + node.Room["out"]));
        Assert.Equal("v1.20.2", read.KubernetesVersion);
    }

    [Fact]
    public async Task A_last_layer_that_is_not_what_the_config_names_is_refused()
    {
        using NodeRoom node = new();
        Image image = await node.AssembleAsync(node.Recipe);
        await WriteAsync(node, "oci:" + node.Room["out"], "none", image);
        string last = Path.Combine(node.Room["out"], "blobs/sha256", image.Layers[^1].Descriptor.Digest.Hex);
        byte[] bytes = File.ReadAllBytes(last);
        bytes[bytes.AsSpan().IndexOf("hello\n"u8)] = (byte)'j';
        File.Delete(last);
        File.WriteAllBytes(last, bytes);
        Diagnostic problem = await AssemblyRoom.FailsAsync(() => InspectAsync("oci:" + node.Room["out"]));
        Assert.Equal(ErrorCodes.DiffIdMismatch, problem.Code);
    }

    [Fact]
    public async Task A_missing_layer_is_told()
    {
        using NodeRoom node = new();
        Image image = await node.AssembleAsync(node.Recipe);
        await WriteAsync(node, "oci:" + node.Room["out"], "none", image);
        File.Delete(Path.Combine(node.Room["out"], "blobs/sha256", image.Layers[1].Descriptor.Digest.Hex));
        Diagnostic problem = await AssemblyRoom.FailsAsync(() => InspectAsync("oci:" + node.Room["out"]));
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
        Diagnostic problem = await AssemblyRoom.FailsAsync(() => InspectAsync("oci:" + WithRecord(room, record)));
        Assert.Equal(ErrorCodes.InvalidImageDocument, problem.Code);
        Assert.Contains("usr/lib/nodeforge/image.json", problem.Where!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_s_image_is_shown_and_of_its_layers_the_last_alone_is_asked_for()
    {
        using NodeRoom node = new();
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        using RegistryClient client = new(RegistryClient.CreateHandler(), new RegistryOptions());
        Image image = await node.AssembleAsync(node.Recipe);
        RegistryImages place = new(client, registry.Reference("node:v1"));
        await place.WriteAsync([image], CancellationToken.None);
        int before = registry.Requests.Count;

        InspectedImage read = Assert.Single(await ImageInspector.InspectAsync(place, name: null, CancellationToken.None));
        Assert.Equal(("v1.20.2", image.Id), (read.KubernetesVersion, read.ImageId));
        Assert.Equal(
            [$"/v2/node/blobs/{image.Id}", $"/v2/node/blobs/{image.Layers[^1].Descriptor.Digest}"],
            registry.Requests.Skip(before).Select(request => request.Path).Where(path => path.Contains("/blobs/", StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task What_a_record_lacks_is_not_shown()
    {
        using AssemblyRoom room = new();
        string layout = WithRecord(room, """{"closure":[null,{"references":null},{"references":[null,"a:1"]}]}""");
        InspectedImage read = Assert.Single(await InspectAsync("oci:" + layout));
        Assert.Null(read.KubernetesVersion);
        Assert.Equal(["a:1"], read.Preloaded);
    }

    private static string WithRecord(AssemblyRoom room, string record)
    {
        LayerBlob layer = LayerWriter.WriteToStore(
            [AssemblyRoom.File_("usr/lib/nodeforge/image.json", record)],
            room.Store,
            LayerEncoding.None,
            AssemblyRoom.Epoch
        );
        byte[] config = OciJson.Write(
            new ImageConfig
            {
                Architecture = "amd64",
                Os = "linux",
                RootFs = new("layers", [layer.DiffId]),
            }
        );
        byte[] manifest = OciJson.Write(
            new Manifest { Config = new(MediaTypes.Config, room.Store.Write(config), config.Length), Layers = [layer.Descriptor] }
        );
        OciLayout
            .WriteAsync(
                room["layout"],
                StoredImages.Of(room.Store, new(MediaTypes.Manifest, room.Store.Write(manifest), manifest.Length)),
                default
            )
            .GetAwaiter()
            .GetResult();
        return room["layout"];
    }

    private static async Task<IReadOnlyList<InspectedImage>> InspectAsync(string place)
    {
        ImageTransport transport = ImageTransport.Parse(place);
        return await ImageInspector.InspectAsync(
            await transport.OpenAsync(TransportHost.Files, CancellationToken.None),
            transport.Name,
            CancellationToken.None
        );
    }

    private static async Task<InspectedImage> InspectAsync(NodeRoom node, string transport, string compression, Image image)
    {
        await WriteAsync(node, $"{transport}:{node.Room["out"]}", compression, image);
        return Assert.Single(await InspectAsync($"{transport}:{node.Room["out"]}"));
    }

    private static Task WriteAsync(NodeRoom node, string output, string compression, Image image) =>
        ImageOutputs
            .Parse([output], "example.com/node:1", compression, offline: true)
            .WriteAsync(
                [image],
                node.Room.Environment,
                TransportHost.Files,
                new FetchOptions(),
                TimeProvider.System,
                CancellationToken.None
            );

    // Of the same length: a layout's blobs are hard links to the store's, which are not to be written to.
    private static void Overwrite(string blob)
    {
        long length = new FileInfo(blob).Length;
        File.Delete(blob);
        File.WriteAllBytes(blob, new byte[length]);
    }
}
