using NodeForge.Oci;
using NodeForge.Oci.Transports;
using NodeForge.TestSupport.Engines;
using NodeForge.TestSupport.Registry;
using NodeForge.Verification;

namespace NodeForge.Tests;

/// <summary>An engine's images and a registry's are verified as those of files are; what fails on the way is told, and nothing is
/// left.</summary>
public sealed class VerifyingWhereverImagesLie : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nodeforge-where-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task An_engines_image_is_read_to_its_last_byte()
    {
        await using ScriptedEngine engine = new();
        byte[] archive = Archive();
        engine.On("GET /images/get", call => call.StreamAsync(archive.Chunk(1000)));
        VerificationReport report = Assert.Single(await VerifyAsync("docker-daemon:registry.test/app:1", engine));
        Assert.True(report.IsSound, string.Join('\n', report.Findings));
        Assert.Empty(Scratch());
    }

    [Theory]
    [InlineData(100)]
    [InlineData(3000)]
    public async Task An_engine_that_dies_in_the_middle_is_told_at_once(int after)
    {
        await using ScriptedEngine engine = new();
        byte[] archive = Archive();
        engine.On("GET /images/get", call => call.BreakOffAsync(archive[..after]));
        NodeForgeException failure = await Assert.ThrowsAsync<NodeForgeException>(() =>
            VerifyAsync("docker-daemon:registry.test/app:1", engine)
        );
        Assert.Contains(failure.Diagnostics[0].Code, new[] { ErrorCodes.EngineLost, ErrorCodes.ArchiveTruncated });
        Assert.Empty(Scratch());
    }

    [Fact]
    public async Task An_engine_whose_archive_ends_early_is_told_too()
    {
        await using ScriptedEngine engine = new();
        byte[] archive = Archive();
        engine.On("GET /images/get", call => call.StreamAsync([archive[..^1500]]));
        await Assert.ThrowsAsync<NodeForgeException>(() => VerifyAsync("docker-daemon:registry.test/app:1", engine));
        Assert.Empty(Scratch());
    }

    [Fact]
    public async Task A_registrys_image_is_read_to_its_last_byte()
    {
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        SmallImage.Of("hello", Platform.LinuxAmd64).PushTo(registry, "team/app", "1");
        VerificationReport report = Assert.Single(await VerifyAsync($"docker://{registry.Host}/team/app:1"));
        Assert.True(report.IsSound, string.Join('\n', report.Findings));
    }

    [Fact]
    public async Task A_layer_that_a_registry_gives_wrong_is_a_finding()
    {
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        SmallImage image = SmallImage.Of("hello", Platform.LinuxAmd64);
        image.PushTo(registry, "team/app", "1");
        registry.Fail($"/blobs/{Digest.Of(image.Layer)}", new RegistryFault.FlipLastByte(), times: 10);
        VerificationReport report = Assert.Single(await VerifyAsync($"docker://{registry.Host}/team/app:1"));
        Assert.False(report.IsSound);
        Assert.Contains(report.Findings, finding => finding.ToString().Contains(Digest.Of(image.Layer).Hex, StringComparison.Ordinal));
    }

    private string[] Scratch() =>
        Directory.Exists(Path.Combine(folder, "cache/scratch"))
            ? Directory.GetFileSystemEntries(Path.Combine(folder, "cache/scratch"))
            : [];

    private byte[] Archive()
    {
        string file = Path.Combine(folder, "app.tar");
        ImageFiles.In("docker-archive", "registry.test/app:1", "app").Write(file);
        return File.ReadAllBytes(file);
    }

    private Task<IReadOnlyList<VerificationReport>> VerifyAsync(string image, ScriptedEngine? engine = null)
    {
        HostEnvironment host = HostEnvironment.FromProcess();
        if (engine is not null)
            host = host.With("DOCKER_HOST", "unix://" + engine.SocketPath);
        return new Forge(new ForgeOptions { Host = host, Cache = Path.Combine(folder, "cache") }, SilentReporter.Instance).VerifyAsync(
            ImageTransport.Parse(image),
            null,
            CancellationToken.None
        );
    }
}
