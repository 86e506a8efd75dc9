using NodeForge.Images.Debian.Mirrors;
using NodeForge.Images.Fetching;
using NodeForge.Images.Locking;
using NodeForge.Images.Tests.Fetching;
using NodeForge.Oci;
using NodeForge.Oci.Registry;
using NodeForge.Recipes;
using NodeForge.Recipes.Locks;
using NodeForge.TestSupport.Http;
using NodeForge.TestSupport.Registry;

namespace NodeForge.Images.Tests.Locking;

public sealed class LockingFilesAndImages
{
    private static readonly byte[] Tarball = FetchRoom.Bytes(40_000);
    private static readonly string Sha256 = Digest.Of(Tarball).Hex;

    [Fact]
    public async Task A_file_is_locked_by_what_came_and_is_in_the_store()
    {
        await using FetchRoom room = new();
        room.Server.Serve("/v1.30.0/amd64/server.tar.gz", Replies.File(Tarball));

        RecipeLock locked = await LockAsync(room, Node(room));

        LockedFile file = Assert.Single(Assert.Single(locked.Parts).Files);
        Assert.Equal(("kubernetes", Digest.Of(Tarball), 40_000L), (file.Name, file.Digest, file.Size));
        Assert.Equal(room.Server.Address + "/v1.30.0/amd64/server.tar.gz", file.Url);
        Assert.True(room.Store.Contains(file.Digest));
    }

    [Fact]
    public async Task Nothing_new_means_nothing_asked()
    {
        await using FetchRoom room = new();
        room.Server.Serve("/v1.30.0/amd64/server.tar.gz", Replies.File(Tarball));
        RecipeLock first = await LockAsync(room, Node(room));
        int asked = room.Server.Requests.Count;

        RecipeLock second = await LockAsync(room, Node(room), first);

        Assert.Equal(asked, room.Server.Requests.Count);
        Assert.Same(first.Parts[0], second.Parts[0]);
    }

    [Fact]
    public async Task A_recorded_image_stays_recorded_until_anything_moves()
    {
        await using FetchRoom room = new();
        room.Server.Serve("/v1.30.0/amd64/server.tar.gz", Replies.File(Tarball));
        RecipeLock first = await LockAsync(room, Node(room));
        RecipeLock recorded = first with
        {
            Parts = [first.Parts[0] with { Output = Digest.Of("image"u8), Layers = [Digest.Of("layer"u8)] }],
        };

        LockedPart same = (await LockAsync(room, Node(room), recorded)).Parts[0];
        LockedPart moved = (await LockAsync(room, Node(room), recorded with { Recipe = Digest.Of("another recipe"u8) })).Parts[0];

        Assert.Equal(recorded.Parts[0].Output, same.Output);
        Assert.Equal((null, null), (moved.Output, moved.Layers));
    }

    [Fact]
    public async Task What_is_named_is_taken_anew_and_the_rest_stays()
    {
        await using FetchRoom room = new();
        byte[] newer = FetchRoom.Bytes(50, 5);
        room.Server.Serve("/v1.30.0/amd64/server.tar.gz", Replies.File(Tarball));
        string runc = room.Server.Serve("/runc", Replies.File(newer));
        NodeImageRecipe recipe = Node(room) with { Components = [new("runc") { Url = runc }] };
        RecipeLock first = await LockAsync(room, recipe);
        room.Server.Serve("/runc", Replies.File(Tarball));
        room.Server.Serve("/v1.30.0/amd64/server.tar.gz", Replies.File(newer));

        RecipeLock second = await LockAsync(room, recipe, first, "runc");

        Assert.Equal([Digest.Of(Tarball), Digest.Of(Tarball)], second.Parts[0].Files.Select(file => file.Digest));
    }

    [Fact]
    public async Task A_name_that_is_nowhere_is_refused()
    {
        await using FetchRoom room = new();
        room.Server.Serve("/v1.30.0/amd64/server.tar.gz", Replies.File(Tarball));
        RecipeLock first = await LockAsync(room, Node(room));
        NodeForgeException failure = await Assert.ThrowsAsync<NodeForgeException>(() =>
            LockAsync(room, Node(room), first, "kubernets", "kubernetes")
        );
        Diagnostic told = Assert.Single(failure.Diagnostics);
        Assert.Equal(ErrorCodes.UpdateNameUnknown, told.Code);
        Assert.Contains("'kubernets'", told.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".sha256")]
    [InlineData(".sha256sum")]
    [InlineData(".sha512")]
    public async Task A_checksum_file_that_agrees_is_asked_and_passes(string suffix)
    {
        await using FetchRoom room = new();
        room.Server.Serve("/v1.30.0/amd64/server.tar.gz", Replies.File(Tarball));
        string hash = suffix == ".sha512" ? Convert.ToHexStringLower(System.Security.Cryptography.SHA512.HashData(Tarball)) : Sha256;
        room.Server.Serve("/v1.30.0/amd64/server.tar.gz" + suffix, Replies.Status(200, hash + "  server.tar.gz\n"));
        RecipeLock locked = await LockAsync(room, Node(room));
        Assert.Equal(Digest.Of(Tarball), locked.Parts[0].Files[0].Digest);
    }

    [Theory]
    [InlineData(".sha256", 64)]
    [InlineData(".sha512", 128)]
    public async Task A_checksum_file_that_disagrees_is_an_error_and_nothing_is_kept(string suffix, int digits)
    {
        await using FetchRoom room = new();
        room.Server.Serve("/v1.30.0/amd64/server.tar.gz", Replies.File(Tarball));
        room.Server.Serve("/v1.30.0/amd64/server.tar.gz" + suffix, Replies.Status(200, new string('a', digits)));
        NodeForgeException failure = await Assert.ThrowsAsync<NodeForgeException>(() => LockAsync(room, Node(room)));
        Assert.Equal(ErrorCodes.ChecksumFileDisagrees, failure.Diagnostics[0].Code);
        Assert.False(room.Store.Contains(Digest.Of(Tarball)));
    }

    [Fact]
    public async Task A_truncated_file_is_fetched_again_and_a_page_is_refused()
    {
        await using FetchRoom room = new();
        room.Server.Serve("/v1.30.0/amd64/server.tar.gz", Replies.Truncated(Tarball, 100), Replies.Status(503), Replies.File(Tarball));
        Assert.Equal(Digest.Of(Tarball), (await LockAsync(room, Node(room))).Parts[0].Files[0].Digest);
        room.Server.Serve("/v1.30.0/amd64/server.tar.gz", Replies.Status(200, "<html>log in", "text/html"));
        NodeForgeException failure = await Assert.ThrowsAsync<NodeForgeException>(() => LockAsync(room, Node(room)));
        Assert.Equal(ErrorCodes.PageInsteadOfFile, failure.Diagnostics[0].Code);
    }

    [Fact]
    public async Task A_file_without_end_is_refused_at_its_limit_whatever_its_server_says_of_it()
    {
        await using FetchRoom room = new();
        room.Options = room.Options with { LongestUnknown = 1 << 20 };
        foreach (
            Reply reply in (Reply[])
                [Replies.Endless(contentType: "application/octet-stream"), Replies.Truncated(new byte[(1 << 20) + 1], 0)]
        )
        {
            room.Server.Serve("/v1.30.0/amd64/server.tar.gz", reply);
            NodeForgeException failure = await Assert.ThrowsAsync<NodeForgeException>(() => LockAsync(room, Node(room)));
            Assert.Equal(ErrorCodes.DownloadTooLong, Assert.Single(failure.Diagnostics).Code);
            Assert.Empty(
                Directory.EnumerateFiles(room.Folder, "*", SearchOption.AllDirectories).Where(file => new FileInfo(file).Length > 0)
            );
        }
    }

    [Fact]
    public async Task An_image_is_locked_with_all_its_blobs()
    {
        await using FetchRoom room = new();
        room.Server.Serve("/v1.30.0/amd64/server.tar.gz", Replies.File(Tarball));
        NodeImageRecipe recipe = Node(room) with { Images = [new() { Image = new("docker://reg.test/pause:3.9", null) }] };

        RecipeLock locked = await LockAsync(room, recipe);

        LockedImage image = Assert.Single(locked.Parts[0].Images);
        Assert.Equal("docker://reg.test/pause:3.9", image.Reference);
        Assert.Equal([image.Digest, EveryRegistry.Config, EveryRegistry.Layer], image.Blobs.Select(blob => blob.Digest));
    }

    [Theory]
    [InlineData("/v1.30.0/amd64/server.tar.gz")]
    [InlineData("/v1.30.0/amd64/server.tar.gz.sha256")]
    public async Task A_redirect_that_leads_nowhere_is_the_servers_fault(string path)
    {
        await using FetchRoom room = new();
        room.Server.Serve("/v1.30.0/amd64/server.tar.gz", Replies.File(Tarball));
        foreach (string location in new[] { "file:///etc/passwd", "http://[bad/", "//", "http://host.test:99999/" })
        {
            room.Server.Serve(path, Replies.Redirect(location));
            Task<RecipeLock> locking = LockAsync(room, Node(room));
            if (path.EndsWith(".sha256", StringComparison.Ordinal))
                Assert.Equal(Digest.Of(Tarball), (await locking).Parts[0].Files[0].Digest);
            else
                Assert.Equal(ErrorCodes.RequestRefused, (await Assert.ThrowsAsync<NodeForgeException>(() => locking)).Diagnostics[0].Code);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("0")]
    public async Task A_registry_that_asks_to_wait_is_asked_again_a_few_times(string? retryAfter)
    {
        await using FetchRoom room = new();
        await using InMemoryRegistry registry = await InMemoryRegistry.StartAsync();
        Descriptor pushed = SmallImage.Of("x", Platform.LinuxAmd64).PushTo(registry, "pause", "3.9");
        room.Server.Serve("/v1.30.0/amd64/server.tar.gz", Replies.File(Tarball));
        NodeImageRecipe recipe = Node(room) with { Images = [new() { Image = new($"docker://{registry.Host}/pause:3.9", null) }] };
        using RegistryClient client = new(RegistryClient.CreateHandler(), new());

        registry.Fail("/manifests/", new RegistryFault.Status(429, RetryAfter: retryAfter), times: 2);
        RecipeLock locked = await LockAsync(room, recipe, null, options => options, client);
        Assert.Equal((pushed.Digest, 3), (locked.Parts[0].Images[0].Digest, registry.Requests.Count));

        registry.Fail("/manifests/", new RegistryFault.Status(429, RetryAfter: retryAfter), times: 100);
        NodeForgeException failed = await Assert.ThrowsAsync<NodeForgeException>(() =>
            LockAsync(room, recipe, null, options => options, client)
        );
        Assert.Equal(ErrorCodes.RegistryRateLimited, failed.Diagnostics[0].Code);
        Assert.Contains("gave up after 5 attempts", failed.Diagnostics[0].What, StringComparison.Ordinal);
        Assert.Equal(3 + 5, registry.Requests.Count);
    }

    [Fact]
    public async Task A_registry_that_keeps_silent_is_left_in_the_end()
    {
        await using FetchRoom room = new();
        room.Server.Serve("/v1.30.0/amd64/server.tar.gz", Replies.File(Tarball));
        room.Server.Serve("/v2/pause/manifests/3.9", Replies.Silence());
        NodeImageRecipe recipe = Node(room) with
        {
            Images = [new() { Image = new($"docker://{new Uri(room.Server.Address).Authority}/pause:3.9", null) }],
        };
        using RegistryClient client = new(RegistryClient.CreateHandler(), new() { StallTimeout = TimeSpan.FromMilliseconds(100) });
        NodeForgeException failed = await Assert.ThrowsAsync<NodeForgeException>(() =>
            LockAsync(room, recipe, null, options => options, client)
        );
        Assert.Equal(ErrorCodes.RegistryUnreachable, failed.Diagnostics[0].Code);
    }

    [Fact]
    public async Task A_file_of_a_mirror_is_locked_under_its_own_address()
    {
        await using FetchRoom room = new();
        string mirror = room.Server.Address + "/mirror";
        room.Server.Serve("/mirror/v1.30.0/amd64/server.tar.gz", Replies.File(Tarball));
        NodeImageRecipe recipe = Node(room);
        recipe = recipe with
        {
            Kubernetes = recipe.Kubernetes with { Release = "http://nowhere.test/{version}/{architecture}/server.tar.gz" },
        };
        RecipeLock locked = await LockAsync(
            room,
            recipe,
            options => options with { Mirrors = new(new DebianMirrors(), new UrlMirror("http://nowhere.test", mirror)) }
        );
        Assert.Equal(
            ("http://nowhere.test/v1.30.0/amd64/server.tar.gz", Digest.Of(Tarball)),
            (locked.Parts[0].Files[0].Url, locked.Parts[0].Files[0].Digest)
        );
    }

    [Fact]
    public async Task A_mirror_that_lacks_a_file_is_passed_over_and_told_when_no_other_place_has_it()
    {
        await using FetchRoom room = new();
        room.Server.Serve("/v1.30.0/amd64/server.tar.gz", Replies.File(Tarball), Replies.Status(404));
        SourceMirrors mirrors = new(new DebianMirrors(), new UrlMirror(room.Server.Address, room.Server.Address + "/mirror"));
        Assert.Equal(
            Digest.Of(Tarball),
            (await LockAsync(room, Node(room), options => options with { Mirrors = mirrors })).Parts[0].Files[0].Digest
        );
        NodeForgeException failure = await Assert.ThrowsAsync<NodeForgeException>(() =>
            LockAsync(room, Node(room), options => options with { Mirrors = mirrors })
        );
        Assert.Equal(
            [room.Server.Address + "/mirror/v1.30.0/amd64/server.tar.gz", room.Server.Address + "/v1.30.0/amd64/server.tar.gz"],
            failure.Diagnostics.Select(told => told.Where!.Resource)
        );
    }

    [Fact]
    public async Task Only_the_platforms_that_are_asked_for_are_locked_and_the_others_stay_while_the_recipe_asks_the_same_of_them()
    {
        await using FetchRoom room = new();
        room.Server.Serve("/v1.30.0/amd64/server.tar.gz", Replies.File(Tarball));
        NodeImageRecipe recipe = Node(room) with { Platforms = [Platform.LinuxAmd64, Platform.LinuxArm64] };
        RecipeLock first = await LockAsync(room, recipe, options => options with { Platforms = [Platform.LinuxAmd64] });
        Assert.Equal(["linux/amd64"], first.Parts.Select(part => part.Platform));

        room.Server.Serve("/v1.30.0/arm64/server.tar.gz", Replies.File(Tarball));
        RecipeLock second = await LockAsync(room, recipe, first, options => options with { Platforms = [Platform.LinuxArm64] });
        Assert.Equal(["linux/amd64", "linux/arm64"], second.Parts.Select(part => part.Platform));
        Assert.Same(first.Parts[0], second.Parts[0]);

        room.Server.Serve("/v1.30.1/arm64/server.tar.gz", Replies.File(Tarball));
        NodeImageRecipe newer = recipe with { Kubernetes = recipe.Kubernetes with { Version = "v1.30.1" } };
        RecipeLock third = await LockAsync(room, newer, second, options => options with { Platforms = [Platform.LinuxArm64] });
        Assert.Equal(["linux/arm64"], third.Parts.Select(part => part.Platform));
    }

    [Fact]
    public async Task The_time_is_asked_of_the_environment_and_then_of_the_lock_so_far()
    {
        await using FetchRoom room = new();
        room.Server.Serve("/v1.30.0/amd64/server.tar.gz", Replies.File(Tarball));
        RecipeLock first = await LockAsync(room, Node(room), options => options with { SourceDateEpoch = "1700000000" });
        RecipeLock second = await LockAsync(room, Node(room), first);
        Assert.Equal((1_700_000_000, 1_700_000_000), (first.Epoch, second.Epoch));
        NodeForgeException failure = await Assert.ThrowsAsync<NodeForgeException>(() =>
            LockAsync(room, Node(room), options => options with { SourceDateEpoch = "tomorrow" })
        );
        Assert.Equal(ErrorCodes.InvalidEpoch, failure.Diagnostics[0].Code);
    }

    [Theory]
    [InlineData("ftp://mirror.test/server.tar.gz")]
    [InlineData("/srv/server.tar.gz")]
    [InlineData("mirror.test/server.tar.gz")]
    public async Task An_address_that_is_not_http_is_refused_before_anything_is_asked(string address)
    {
        await using FetchRoom room = new();
        NodeImageRecipe recipe = Node(room);
        recipe = recipe with { Kubernetes = recipe.Kubernetes with { Release = address } };
        NodeForgeException failure = await Assert.ThrowsAsync<NodeForgeException>(() => LockAsync(room, recipe));
        Diagnostic told = Assert.Single(failure.Diagnostics);
        Assert.Equal((ErrorCodes.InvalidAddress, address), (told.Code, told.Where!.Resource));
        Assert.Empty(room.Server.Requests);
    }

    [Fact]
    public async Task An_image_needs_somebody_who_speaks_to_registries()
    {
        await using FetchRoom room = new();
        room.Server.Serve("/v1.30.0/amd64/server.tar.gz", Replies.File(Tarball));
        NodeImageRecipe recipe = Node(room) with { Images = [new() { Image = new("docker://reg.test/pause:3.9", null) }] };
        using HttpConnections connections = new();
        Locker locker = new(room.Store, Path.Combine(room.PartialFolder, "..", "cache"), connections, null, HostEnvironment.FromProcess());
        LockOptions options = new() { DigestOf = (_, _) => Task.FromResult(Digest.Of("recipe"u8)), Fetch = room.Options };
        NodeForgeException failure = await Assert.ThrowsAsync<NodeForgeException>(() =>
            locker.LockAsync(recipe, null, options, room, CancellationToken.None)
        );
        Assert.Equal(ErrorCodes.ImageRegistryMissing, Assert.Single(failure.Diagnostics).Code);
        Assert.Contains("docker://reg.test/pause:3.9", failure.Message, StringComparison.Ordinal);
    }

    private static NodeImageRecipe Node(FetchRoom room) =>
        new()
        {
            File = "/recipes/node.yaml",
            Name = "node",
            Platforms = [Platform.LinuxAmd64],
            Base = new(null, new ImageSource("oci:base", "/images/base")),
            Kubernetes = new() { Version = "v1.30.0", Release = room.Server.Address + "/{version}/{architecture}/server.tar.gz" },
            Contents = new(),
        };

    private static Task<RecipeLock> LockAsync(FetchRoom room, NodeImageRecipe recipe, Func<LockOptions, LockOptions> with) =>
        LockAsync(room, recipe, null, with);

    private static Task<RecipeLock> LockAsync(
        FetchRoom room,
        NodeImageRecipe recipe,
        RecipeLock? previous = null,
        params string[] update
    ) => LockAsync(room, recipe, previous, options => options with { Update = update });

    private static async Task<RecipeLock> LockAsync(
        FetchRoom room,
        NodeImageRecipe recipe,
        RecipeLock? previous,
        Func<LockOptions, LockOptions> with,
        RegistryClient? images = null
    )
    {
        using HttpConnections connections = new();
        using EveryRegistry everywhere = new();
        using RegistryClient any = new(everywhere, new());
        Locker locker = new(
            room.Store,
            Path.Combine(room.PartialFolder, "..", "cache"),
            connections,
            images ?? any,
            HostEnvironment.FromProcess()
        );
        LockOptions options = new() { DigestOf = (_, _) => Task.FromResult(Digest.Of("recipe"u8)), Fetch = room.Options };
        return await locker.LockAsync(recipe, previous, with(options), room, CancellationToken.None);
    }
}
