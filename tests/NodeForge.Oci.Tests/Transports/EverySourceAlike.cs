using NodeForge.Oci.Layers;
using NodeForge.Oci.Registry;
using NodeForge.Oci.Transports;
using NodeForge.TestSupport.Registry;

namespace NodeForge.Oci.Tests.Transports;

/// <summary>An image is one value, whatever it lies in: what is written to a target is what its source gives.</summary>
public sealed class EverySourceAlike : ImageFolder
{
    public static TheoryData<string> Words => ["oci", "oci-archive", "docker-archive", "docker", "store"];

    [Theory]
    [MemberData(nameof(Words))]
    public async Task What_was_written_is_given_with_documents_layers_and_names(string word)
    {
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        using RegistryClient client = new(RegistryClient.CreateHandler(), new RegistryOptions());
        IImageSource source = await WriteAsync(word, Arm, registry, client);

        Image image = await source.FindAsync(null, Platform.LinuxArm64, default);
        Assert.Equal(
            (Arm.Descriptor.Digest, Digest.Of(Arm.Config), Platform.LinuxArm64),
            (image.Descriptor.Digest, image.Id, image.Platform)
        );
        Assert.Equal(Arm.Manifest, image.RawManifest.Bytes.ToArray());
        Assert.Equal(Arm.Config, image.RawConfig.Bytes.ToArray());
        Assert.Equal(word == "docker" ? registry.Reference("a/b:v1") : Name, Assert.Single(image.References));
        Layer layer = Assert.Single(image.Layers);
        Assert.Equal((Digest.Of(Arm.Layer), image.Config.RootFs.DiffIds[0]), (layer.Descriptor.Digest, layer.DiffId));
        using MemoryStream bytes = new();
        await using (Stream content = await layer.OpenAsync(default))
            await content.CopyToAsync(bytes);
        Assert.Equal(Arm.Layer, bytes.ToArray());

        BlobStore taken = EmptyStore();
        Assert.Equal(taken, Assert.Single((await taken.TakeAsync(image, default)).Layers).Store);
        Assert.Equal(Arm.Layer, taken.ReadAllBytes(Digest.Of(Arm.Layer)));
    }

    [Theory]
    [MemberData(nameof(Words))]
    public async Task A_platform_that_is_not_there_is_told_with_those_that_are(string word)
    {
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        using RegistryClient client = new(RegistryClient.CreateHandler(), new RegistryOptions());
        IImageSource source = await WriteAsync(word, Amd, registry, client);
        ImageEntry entry = await source.FindAsync(null, default);
        Assert.Equal(
            "linux/amd64",
            (await FailsAsync(ErrorCodes.PlatformMissing, async () => await source.OpenAsync(entry, Platform.LinuxArm64, default))).Got
        );
        Assert.Equal([Platform.LinuxAmd64], (await source.OpenAllAsync(entry, default)).Select(image => image.Platform));
    }

    [Theory]
    [InlineData("oci")]
    [InlineData("oci-archive")]
    [InlineData("docker-archive")]
    public async Task Nobody_comes_to_the_end_of_a_layer_of_other_bytes(string word)
    {
        string place = Path("out");
        IImageSource source = await WriteAsync(word, Amd, null, null);
        byte[] marker = Amd.Layer[..32];
        string file = word == "oci" ? System.IO.Path.Combine(place, "blobs/sha256", Digest.Of(Amd.Layer).Hex) : place;
        byte[] bytes = File.ReadAllBytes(file);
        bytes[bytes.AsSpan().IndexOf(marker) + Amd.Layer.Length - 1] ^= 1;
        File.Delete(file);
        File.WriteAllBytes(file, bytes);

        Layer layer = Assert.Single((await source.FindAsync(null, Platform.LinuxAmd64, default)).Layers);
        await using Stream content = await layer.OpenAsync(default);
        await FailsAsync(ErrorCodes.DigestMismatch, () => content.CopyToAsync(Stream.Null));
    }

    [Fact]
    public async Task A_registry_is_asked_for_documents_alone_until_a_layer_is_wanted()
    {
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        using RegistryClient client = new(RegistryClient.CreateHandler(), new RegistryOptions());
        IImageSource source = await WriteAsync("docker", Amd, registry, client);
        int before = registry.Requests.Count;
        Image image = await source.FindAsync(null, Platform.LinuxAmd64, default);
        Assert.Equal(2, registry.Requests.Count - before);
        await using Stream content = await image.Layers[0].OpenAsync(default);
        Assert.Equal(3, registry.Requests.Count - before);
    }

    private async Task<IImageSource> WriteAsync(string word, SmallImage image, InMemoryRegistry? registry, RegistryClient? client)
    {
        IReadOnlyList<Image> images = ImagesOf(image.Descriptor, Name);
        if (word == "store")
        {
            StoredImages stored = new(Store);
            stored.Add(image.Descriptor, Name);
            return stored;
        }

        ImageTransport transport = ImageTransport.Parse(
            word == "docker" ? $"docker://{registry!.Reference("a/b:v1")}" : $"{word}:{Path("out")}"
        );
        TransportHost host = new() { Registry = _ => client! };
        await transport.Target(host).WriteAsync(images, default);
        return await transport.OpenAsync(host, default);
    }
}
