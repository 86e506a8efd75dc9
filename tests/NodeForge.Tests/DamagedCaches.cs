using System.Collections.Concurrent;
using System.Globalization;
using NodeForge.Oci;
using NodeForge.Recipes;
using NodeForge.Recipes.Locks;
using NodeForge.Recipes.Reading;
using NodeForge.TestSupport.Upstream;

namespace NodeForge.Tests;

/// <summary>A cache rots: a disk loses a bit, a copy loses a block. A build from it gives what a build from nothing gives, and says what it
/// made again; never another image.</summary>
public sealed class DamagedCaches : IDisposable, IForgeReporter
{
    private const int Seed = 20_261_128;
    private const string Version = "v1.20.2";
    private readonly string folder = Directory.CreateTempSubdirectory("nodeforge-rot-").FullName;
    private readonly ConcurrentQueue<ForgeEvent> events = new();

    public DamagedCaches()
    {
        ImageFiles.In("oci", "registry.test/base:1", "base").Write(Path.Combine(folder, "base"));
        File.WriteAllBytes(Path.Combine(folder, "server.tar.gz"), ServerRelease.Tarball(Version));
        File.SetLastWriteTimeUtc(Path.Combine(folder, "server.tar.gz"), DateTime.UnixEpoch);
        Directory.CreateDirectory(Path.Combine(folder, "tree/etc"));
        File.WriteAllText(Path.Combine(folder, "tree/etc/motd"), "hello\n");
        File.WriteAllText(
            Path.Combine(folder, "app.yaml"),
            """
            apiVersion: nodeforge.dev/v1alpha1
            kind: ContainerImage
            name: app
            platforms: [linux/amd64]
            tags: ["example.com/app:1"]
            files:
              - {tree: tree, path: /}
              - {path: /etc/os, content: "none"}
            """
        );
        File.WriteAllText(
            Path.Combine(folder, "node.yaml"),
            $$"""
            apiVersion: nodeforge.dev/v1alpha1
            kind: NodeImage
            name: node
            platforms: [linux/amd64]
            base: {image: "oci:base"}
            kubernetes: {version: "{{Version}}", tarball: server.tar.gz}
            images: [{kubeadm: false}, {recipe: app.yaml}, {image: "oci:base", tags: ["example.com/other:1"]}]
            """
        );
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    void IForgeReporter.Report(ForgeEvent happened) => events.Enqueue(happened);

    /// <remarks>NODEFORGE_BIT_FLIPS makes it more, for a run by hand.</remarks>
    [Theory]
    [InlineData("app.yaml", "ContainerImage", 70)]
    [InlineData("node.yaml", "NodeImage", 30)]
    public async Task A_flipped_bit_anywhere_in_a_warm_cache_never_reaches_an_output(string recipe, string kind, int flips)
    {
        flips = int.TryParse(Environment.GetEnvironmentVariable("NODEFORGE_BIT_FLIPS"), CultureInfo.InvariantCulture, out int asked)
            ? asked
            : flips;
        await LockAsync(recipe);
        await BuildAsync(recipe, kind);
        Dictionary<string, Digest> sound = Outputs();
        Random random = new(Seed);
        int told = 0;
        for (int flip = 0; flip < flips; flip++)
        {
            string where = Flip(random);
            events.Clear();
            Remove("out");
            await BuildAsync(recipe, kind);
            Assert.True(
                sound.OrderBy(pair => pair.Key).SequenceEqual(Outputs().OrderBy(pair => pair.Key)),
                $"flip {flip} of seed {Seed}, {where}: another output"
            );
            told += events.OfType<Warned>().Any() ? 1 : 0;
        }

        Assert.InRange(told, 1, flips); // what a build does not use it does not look at
    }

    [Fact]
    public async Task What_was_damaged_is_told_and_made_again_once()
    {
        await LockAsync("app.yaml");
        await BuildAsync("app.yaml", "ContainerImage");
        foreach (string blob in Exported.Select(file => Path.Combine(folder, "cache/blobs/sha256", Path.GetFileName(file))))
        {
            events.Clear();
            Spoil(blob, 10, 1);
            await BuildAsync("app.yaml", "ContainerImage");
            Diagnostic warning = Assert.Single(events.OfType<Warned>()).Diagnostic;
            Assert.Equal(
                (ErrorCodes.CachedContentDamaged, blob, "sha256:" + Path.GetFileName(blob)),
                (warning.Code, warning.Where!.Resource, warning.Want)
            );
            events.Clear();
            await BuildAsync("app.yaml", "ContainerImage");
            Assert.Empty(events.OfType<Warned>());
        }
    }

    [Fact]
    public async Task A_damaged_blob_of_an_output_that_is_there_is_written_anew()
    {
        await LockAsync("app.yaml");
        await BuildAsync("app.yaml", "ContainerImage");
        foreach (string blob in Exported)
        {
            byte[] sound = await File.ReadAllBytesAsync(blob);
            File.Delete(blob);
            await File.WriteAllBytesAsync(blob, [.. sound[..^1], (byte)(sound[^1] ^ 1)]);
            await BuildAsync("app.yaml", "ContainerImage");
            Assert.Equal(sound, await File.ReadAllBytesAsync(blob));
        }
    }

    private string[] Exported => Directory.GetFiles(Path.Combine(folder, "out/layout/blobs/sha256"));

    private string Flip(Random random)
    {
        string[] files =
        [
            .. Directory
                .EnumerateFiles(Path.Combine(folder, "cache"), "*", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .Where(file => new FileInfo(file).Length > 0),
        ];
        string file = files[random.Next(files.Length)];
        long at = random.NextInt64(new FileInfo(file).Length);
        int bit = random.Next(8);
        Spoil(file, at, (byte)(1 << bit));
        return $"bit {bit} of byte {at} of {file}";
    }

    // As a disk does it: the file's times and rights stay.
    private static void Spoil(string file, long at, byte mask)
    {
        (DateTime time, UnixFileMode mode) = (File.GetLastWriteTimeUtc(file), File.GetUnixFileMode(file));
        File.SetUnixFileMode(file, mode | UnixFileMode.UserWrite);
        using (FileStream bytes = new(file, FileMode.Open, FileAccess.ReadWrite))
        {
            bytes.Position = at;
            int was = bytes.ReadByte();
            bytes.Position = at;
            bytes.WriteByte((byte)(was ^ mask));
        }

        File.SetUnixFileMode(file, mode);
        File.SetLastWriteTimeUtc(file, time);
    }

    private Dictionary<string, Digest> Outputs() =>
        Directory
            .EnumerateFiles(Path.Combine(folder, "out"), "*", SearchOption.AllDirectories)
            .ToDictionary(file => Path.GetRelativePath(folder, file), file => Digest.Of(File.ReadAllBytes(file)), StringComparer.Ordinal);

    private void Remove(string name) => Directory.Delete(Path.Combine(folder, name), recursive: true);

    private RecipeRequest Request(string recipe) => new(Path.Combine(folder, recipe), null, new Dictionary<string, string>(), []);

    // By hand, since nothing is asked for.
    private async Task LockAsync(string name)
    {
        Recipe recipe = RecipeReader.Read(Path.Combine(folder, name), null);
        RecipeLockFile.Write(
            RecipeLockFile.DefaultPath(recipe.File),
            new RecipeLock
            {
                Recipe = await RecipeDigest.ComputeAsync(recipe, CancellationToken.None),
                Epoch = 1_700_000_000,
                Parts =
                [
                    .. LockedParts
                        .All(recipe)
                        .Select(part => new LockedPart { Recipe = LockedParts.NameOf(recipe, part), Platform = "linux/amd64" }),
                ],
            }
        );
    }

    // Each time another process, as far as the cache can tell.
    private async Task<Image> BuildAsync(string recipe, string kind)
    {
        Directory.CreateDirectory(Path.Combine(folder, "out"));
        Forge forge = new(new ForgeOptions { Host = HostEnvironment.FromProcess(), Cache = Path.Combine(folder, "cache") }, this);
        BuildRequest build = new(Request(recipe), kind)
        {
            Offline = true,
            AllowOpenClosure = true, // a node of two images
            Compression = "gzip",
            Outputs =
            [
                $"oci:{folder}/out/layout:1",
                $"oci-archive:{folder}/out/oci.tar:1",
                $"docker-archive:{folder}/out/docker.tar:registry.test/image:1",
            ],
        };
        return Assert.Single((await forge.BuildAsync(build, CancellationToken.None)).Images);
    }
}
