using NodeForge.EndToEnd.Tests.NodeImages;
using NodeForge.Oci;
using NodeForge.Oci.Transports;
using NodeForge.TestSupport.Registry;

namespace NodeForge.EndToEnd.Tests.Registries;

/// <summary>Bundles on their way to Debian's docker-registry and back: what breaks off goes on where it was, what is there is mounted, and
/// its refusals are told apart.</summary>
[Trait("Category", "EndToEnd")]
public sealed class Carrying_bundles_to_a_real_registry : IDisposable
{
    private const int MiB = 1 << 20;

    private readonly string folder = Directory.CreateTempSubdirectory("nf-carrying-").FullName;
    private readonly HostEnvironment host;

    public Carrying_bundles_to_a_real_registry() =>
        host = HostEnvironment.FromProcess().With("NODEFORGE_CACHE", In("cache")).With("DOCKER_CONFIG", folder) with
        {
            WorkingFolder = folder,
        };

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task What_breaks_off_goes_on_where_it_was()
    {
        await File.WriteAllBytesAsync(In("data"), Noise(40 * MiB));
        await BundleAsync(Hello, ["team/app"], In("data"));
        using RealRegistry registry = await RealRegistry.StartAsync(folder);
        await using BreakingWay way = new(registry.Host);
        ImageTransport target = ImageTransport.Parse($"docker://{way.Host}/site/bundle:1");

        way.There.BreakBefore("PATCH "u8, time: 2); // chunks of 16 MiB
        await Forge.Bundles.PushAsync(new(In("site.nfb"), target), CancellationToken.None);
        Assert.Equal(1, way.There.Broken);
        Assert.InRange(way.There.Bytes, 40 * MiB, 41 * MiB);

        long before = way.Back.Bytes;
        way.Back.BreakAfter(20 * MiB);
        await Forge.Bundles.PullAsync(target, In("far.nfb"), CancellationToken.None);
        Assert.Equal(1, way.Back.Broken);
        Assert.InRange(way.Back.Bytes - before, 40 * MiB, 41 * MiB);
        Assert.Equal(await File.ReadAllBytesAsync(In("site.nfb")), await File.ReadAllBytesAsync(In("far.nfb")));
    }

    /// <summary>docker-registry 2.8 keeps what came of a chunk and then takes the upload for broken.</summary>
    [Fact]
    public async Task What_breaks_off_within_a_chunk_is_begun_anew_where_the_registry_gives_it_up()
    {
        await File.WriteAllBytesAsync(In("data"), Noise(40 * MiB));
        await BundleAsync(Hello, ["team/app"], In("data"));
        using RealRegistry registry = await RealRegistry.StartAsync(folder);
        await using BreakingWay way = new(registry.Host);
        ImageTransport target = ImageTransport.Parse($"docker://{way.Host}/site/bundle:1");
        way.There.BreakAfter(20 * MiB);
        await Forge.Bundles.PushAsync(new(In("site.nfb"), target), CancellationToken.None);
        Assert.Equal(1, way.There.Broken);
        Assert.InRange(way.There.Bytes, 60 * MiB, 61 * MiB);
        await Forge.Bundles.PullAsync(target, In("far.nfb"), CancellationToken.None);
        Assert.Equal(await File.ReadAllBytesAsync(In("site.nfb")), await File.ReadAllBytesAsync(In("far.nfb")));
    }

    [Fact]
    public async Task A_layer_of_two_repositories_is_sent_once_and_mounted()
    {
        SmallImage small = SmallImage.Of(Convert.ToHexString(Noise(4 * MiB)), Platform.LinuxAmd64);
        await BundleAsync(small, ["team/app", "team/tool"]);
        using RealRegistry registry = await RealRegistry.StartAsync(folder);
        await using BreakingWay way = new(registry.Host);
        await Forge.Bundles.LoadAsync(new(In("site.nfb"), [$"docker://{way.Host}/"]), CancellationToken.None);
        Assert.InRange(way.There.Bytes, 8 * MiB, 9 * MiB);
        foreach (string name in new[] { "team/app", "team/tool" })
        {
            string[] copy = ["skopeo", "--insecure-policy", "copy", "--preserve-digests", "--src-tls-verify=false"];
            await ProgramRun.OutputAsync([.. copy, $"docker://{registry.Host}/{name}:1", $"oci:{In("copied")}:1"]);
            Image copied = await OciLayout.Open(In("copied")).FindAsync("1", Platform.LinuxAmd64, CancellationToken.None);
            Assert.Equal(small.Descriptor.Digest, copied.Descriptor.Digest);
        }
    }

    [Fact]
    public async Task Who_is_not_let_in_and_what_is_not_there_are_told_apart()
    {
        await File.WriteAllBytesAsync(In("data"), Noise(1000));
        await BundleAsync(Hello, ["team/app"], In("data"));
        await File.WriteAllTextAsync(In("users"), "site:$2y$04$XT9J4jFt6Yw1o/rUV4WYje3A1hCJPEUyE92Lgj19X6PlKhaja7Kzm\n");
        using RealRegistry registry = await RealRegistry.StartAsync(folder, In("users"));
        ImageTransport target = ImageTransport.Parse($"docker://{registry.Host}/site/bundle:1");
        await FailsAsync(ErrorCodes.RegistryUnauthorized, PushAsync);
        await LoginAsync("c2l0ZTp3cm9uZw==");
        await FailsAsync(ErrorCodes.RegistryUnauthorized, PushAsync);
        await LoginAsync("c2l0ZTpzZWNyZXQ=");
        await FailsAsync(ErrorCodes.RegistryNotFound, () => Forge.Bundles.PullAsync(target, In("far.nfb"), CancellationToken.None));
        await PushAsync();
        await Forge.Bundles.PullAsync(target, In("far.nfb"), CancellationToken.None);
        Assert.Equal(await File.ReadAllBytesAsync(In("site.nfb")), await File.ReadAllBytesAsync(In("far.nfb")));

        Task PushAsync() => Forge.Bundles.PushAsync(new(In("site.nfb"), target), CancellationToken.None);
        Task LoginAsync(string user) =>
            File.WriteAllTextAsync(In("config.json"), $$"""{"auths": {"{{registry.Host}}": {"auth": "{{user}}"} } }""");
    }

    private Forge Forge => new(ForgeOptions.From(host), SilentReporter.Instance);

    private string In(string name) => Path.Combine(folder, name);

    private static SmallImage Hello => SmallImage.Of("hello", Platform.LinuxAmd64);

    private async Task BundleAsync(SmallImage image, string[] repositories, params string[] files)
    {
        BlobStore store = new(In("store"));
        foreach (byte[] blob in image.Blobs)
            store.Write(blob);
        Image[] images =
        [
            .. repositories.SelectMany(name =>
                StoredImages.Of(store, image.Descriptor, ImageReference.Parse($"registry.example/{name}:1"))
            ),
        ];
        await OciLayout.WriteAsync(In("layout"), images, CancellationToken.None);
        BundleRequest request = new([ImageTransport.Parse($"oci:{In("layout")}")]) { Files = files, Output = In("site.nfb") };
        await Forge.Bundles.CreateAsync(request, CancellationToken.None);
    }

    private static byte[] Noise(int length)
    {
        byte[] bytes = new byte[length];
        new Random(1).NextBytes(bytes);
        return bytes;
    }

    private static async Task FailsAsync(ErrorCode code, Func<Task> action) =>
        Assert.Same(code, (await Assert.ThrowsAsync<NodeForgeException>(action)).Diagnostics[0].Code);
}
