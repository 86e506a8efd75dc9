using System.Text;
using NodeForge.Images.Assembly.Kubernetes;
using NodeForge.Images.Fetching;
using NodeForge.Images.Planning;
using NodeForge.Images.Sharing;
using NodeForge.Images.Tests.Assembly;
using NodeForge.Oci;
using NodeForge.Oci.Compression;
using NodeForge.Oci.Registry;
using NodeForge.Recipes.Locks;
using NodeForge.TestSupport.Registry;

namespace NodeForge.Images.Tests.Sharing;

/// <summary>Finished work in a registry: what one machine made the others take, and whatever is wrong with it costs a build nothing but
/// time.</summary>
public sealed class SharingWork : IAsyncLifetime
{
    private const string Repository = "team/cache";
    private static readonly Digest Key = ActionKey.Of("test/1", "a");
    private static readonly string Tag = "nf-" + Key.Hex;
    private InMemoryRegistry registry = null!;

    public async ValueTask InitializeAsync() => registry = await InMemoryRegistry.StartAsync();

    public async ValueTask DisposeAsync() => await registry.DisposeAsync();

    [Fact]
    public async Task What_one_machine_made_the_next_takes_and_does_not_make()
    {
        using AssemblyRoom first = new();
        using AssemblyRoom second = new();
        IReadOnlyList<ActionOutput> made = await RunAsync(first, "content");
        IReadOnlyList<ActionOutput> taken = await RunAsync(second, null);
        Assert.Equal(made.Select(output => output.Digest), taken.Select(output => output.Digest));
        Assert.Equal("content"u8, second.Store.ReadAllBytes(taken[0].Digest));
        Assert.NotNull(second.Environment.Actions.Find(Key));
        Assert.Equal("7 B of the shared cache", second.Events.OfType<StepFinished>().Single().Detail);
        Assert.Empty(second.Events.OfType<Warned>());
    }

    [Fact]
    public async Task An_entry_says_which_action_it_is_of()
    {
        using AssemblyRoom room = new();
        await RunAsync(room, "content");
        Manifest entry = ImageDocument.ReadManifest(registry.Manifest(Repository, Tag)!, new("entry"));
        Assert.Equal("application/vnd.nodeforge.action.v1+json", entry.ArtifactType);
        Assert.Equal(Key.ToString(), entry.Annotations!["dev.nodeforge.action.key"]);
        Assert.Equal(Digest.Of("content"u8), Assert.Single(entry.Layers).Digest);
        Assert.Equal(
            $$"""{"schemaVersion":1,"key":"{{Key}}","outputs":[{"name":"file","digest":"{{entry.Layers[0].Digest}}","size":7}]}""",
            Encoding.UTF8.GetString(registry.Blob(Repository, entry.Config.Digest)!)
        );
    }

    [Fact]
    public async Task What_is_there_is_not_written_again_and_what_only_this_machine_has_is_given()
    {
        using AssemblyRoom room = new();
        await room.Environment.Actions.GetOrRunAsync(
            Key,
            ((IForgeReporter)room).Step("step"),
            () => Write(room, "content"),
            CancellationToken.None
        );
        Assert.Null(registry.Manifest(Repository, Tag));
        await RunAsync(room, null);
        int before = registry.Requests.Count;
        await RunAsync(room, null);
        Assert.NotNull(registry.Manifest(Repository, Tag));
        Assert.Equal(["HEAD"], registry.Requests.Skip(before).Select(request => request.Method));
    }

    [Fact]
    public async Task Two_writers_of_one_key_both_end_and_the_content_is_there_once()
    {
        using AssemblyRoom first = new();
        using AssemblyRoom second = new();
        IReadOnlyList<ActionOutput>[] made = await Task.WhenAll(RunAsync(first, "content"), RunAsync(second, "content"));
        Assert.Equal(made[0].Single().Digest, made[1].Single().Digest);
        Assert.NotNull(registry.Manifest(Repository, Tag));
        Assert.Empty(first.Events.Concat(second.Events).OfType<Warned>());
    }

    [Fact]
    public async Task Another_result_of_the_same_inputs_is_told_and_does_not_replace_the_first()
    {
        using AssemblyRoom first = new();
        using AssemblyRoom second = new();
        await RunAsync(first, "content");
        byte[] before = registry.Manifest(Repository, Tag)!;
        await RunAsync(second, "other", takes: false);
        Assert.Equal([ErrorCodes.SharedCacheDiffers], second.Events.OfType<Warned>().Select(warned => warned.Diagnostic.Code));
        Assert.Equal(before, registry.Manifest(Repository, Tag));
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task A_registry_that_fails_for_a_while_is_asked_again(int status)
    {
        using AssemblyRoom first = new();
        using AssemblyRoom second = new();
        registry.Fail("/blobs/", new RegistryFault.Status(status), times: 2);
        await RunAsync(first, "content");
        registry.Fail("/manifests/", new RegistryFault.Status(status), times: 2);
        await RunAsync(second, null);
        Assert.Empty(first.Events.Concat(second.Events).OfType<Warned>());
    }

    [Fact]
    public async Task A_connection_that_breaks_in_the_middle_is_begun_again()
    {
        using AssemblyRoom first = new();
        using AssemblyRoom second = new();
        IReadOnlyList<ActionOutput> made = await RunAsync(first, "content");
        registry.Fail($"/blobs/{made[0].Digest}", new RegistryFault.Truncate(3));
        await RunAsync(second, null);
        Assert.Equal("content"u8, second.Store.ReadAllBytes(made[0].Digest));
    }

    [Fact]
    public async Task A_registry_that_keeps_failing_is_told_once_and_not_asked_any_more()
    {
        using AssemblyRoom room = new();
        registry.Fail("/v2/", new RegistryFault.Status(503), times: int.MaxValue);
        await RunAsync(room, "content");
        Diagnostic warning = Assert.Single(room.Events.OfType<Warned>()).Diagnostic;
        Assert.Equal(ErrorCodes.SharedCacheUnavailable, warning.Code);
        Assert.Contains("gave up after 3 attempts", warning.What, StringComparison.Ordinal);
        Assert.Equal(3, registry.Requests.Count);
        Assert.NotNull(room.Environment.Actions.Find(Key));
    }

    [Fact]
    public async Task A_writer_that_loses_the_registry_in_the_middle_leaves_no_entry()
    {
        using AssemblyRoom room = new();
        registry.Fail("/blobs/uploads/", new RegistryFault.Status(500), times: int.MaxValue);
        await RunAsync(room, "content");
        Assert.Null(registry.Manifest(Repository, Tag));
        Assert.Equal([ErrorCodes.SharedCacheUnavailable], room.Events.OfType<Warned>().Select(warned => warned.Diagnostic.Code));
    }

    [Fact]
    public async Task Where_others_wait_for_an_entry_a_registry_that_fails_ends_the_build_and_the_next_one_gives_what_was_made()
    {
        using AssemblyRoom room = new();
        registry.Fail("/blobs/uploads/", new RegistryFault.Status(500), times: 3);
        NodeForgeException failure = await Assert.ThrowsAsync<NodeForgeException>(() =>
            ActAsync(room, () => Write(room, "content"), required: true)
        );
        Assert.True(failure.Is(ErrorCodes.SharedCacheUnavailable));
        Assert.Null(registry.Manifest(Repository, Tag));
        await ActAsync(room, () => Write(room, null), required: true);
        Assert.NotNull(registry.Manifest(Repository, Tag));
    }

    [Fact]
    public async Task A_reader_that_loses_the_registry_ends_where_others_wait_before_it_makes_anything()
    {
        using AssemblyRoom room = new();
        registry.Fail("/v2/", new RegistryFault.Status(503), times: int.MaxValue);
        NodeForgeException failure = await Assert.ThrowsAsync<NodeForgeException>(() =>
            ActAsync(room, () => Write(room, null), required: true)
        );
        Assert.True(failure.Is(ErrorCodes.SharedCacheUnavailable));
    }

    [Fact]
    public async Task Sources_are_brought_for_what_is_made_of_them_here_and_for_nothing_else()
    {
        using AssemblyRoom first = new();
        using AssemblyRoom second = new();
        LockedPart part = new() { Recipe = "packed.yaml", Platform = "linux/amd64" };
        List<string> happened = [];
        await ActAsync(first, () => Made(first), sources: Bring("first"), reads: part);
        await ActAsync(first, () => Made(first), sources: Bring("first again"), reads: part);
        await ActAsync(second, () => Made(second), sources: Bring("second"), reads: part);
        await ActAsync(second, () => Made(second), sources: Bring("of none"), key: ActionKey.Of("test/1", "of none"));
        Assert.Equal(["first packed.yaml", "made", "made"], happened);

        Func<LockedPart, Task> Bring(string who) =>
            read =>
            {
                happened.Add($"{who} {read.Recipe}");
                return Task.CompletedTask;
            };

        Task<IReadOnlyList<ActionOutput>> Made(AssemblyRoom room)
        {
            happened.Add("made");
            return Write(room, "content");
        }
    }

    [Fact]
    public async Task What_a_lock_names_by_digest_is_left_beside_what_was_made_and_taken_from_there()
    {
        using AssemblyRoom first = new();
        using AssemblyRoom second = new();
        Source release = new("release.tar.gz", first.Store.Write("a release"u8), 9);
        await WithCacheAsync(first, actions => new SharedSources(actions, first.Store).GiveAsync([release], CancellationToken.None));
        await WithCacheAsync(second, actions => new SharedSources(actions, second.Store).TakeAsync([release], CancellationToken.None));
        Assert.Equal("a release"u8, second.Store.ReadAllBytes(release.Digest));
        Assert.NotNull(registry.Manifest(Repository, "nf-" + ActionKey.OfSource(release.Digest).Hex));
    }

    [Fact]
    public async Task Pruning_keeps_the_entry_of_what_a_lock_names_though_nobody_built_it_here()
    {
        using AssemblyRoom room = new();
        LockedFile release = new("release.tar.gz", Digest.Of("a release"u8), 9) { Url = "https://example.com/release.tar.gz" };
        RecipeLock locked = new()
        {
            Recipe = Digest.Of("recipe"u8),
            Epoch = AssemblyRoom.Epoch,
            Parts =
            [
                new()
                {
                    Recipe = "node.yaml",
                    Platform = "linux/amd64",
                    Sources = [release],
                },
            ],
        };
        await RunAsync(room, "content");
        IReadOnlySet<Digest> kept = new CachePruning(room["cache"], room.Environment).KeysOf([locked]);
        Assert.Equal([ActionKey.OfSource(release.Digest)], kept);
    }

    [Fact]
    public async Task An_entry_of_a_source_that_holds_something_else_is_not_taken_for_it()
    {
        using AssemblyRoom first = new();
        using AssemblyRoom second = new();
        Source release = new("release.tar.gz", Digest.Of("a release"u8), 9);
        Digest key = ActionKey.OfSource(release.Digest);
        await RunAsync(first, "something else", key: key);
        await WithCacheAsync(
            second,
            async actions =>
            {
                await new SharedSources(actions, second.Store).TakeAsync([release], CancellationToken.None);
                Assert.Null(actions.Find(key));
            }
        );
        Assert.False(second.Store.Contains(release.Digest));
    }

    [Fact]
    public async Task A_Kubernetes_that_the_lock_records_reaches_a_machine_that_may_not_compile()
    {
        using AssemblyRoom first = new();
        using AssemblyRoom second = new();
        Digest tarball = first.Store.Write("the tarball"u8);
        KubernetesBuildPlan plan = BuildingKubernetes.Plan(first, tarball);
        await WithCacheAsync(
            first,
            actions => new KubernetesBuilder(first.Environment with { Actions = actions }).BuildAsync(plan, CancellationToken.None)
        );
        await WithCacheAsync(
            second,
            async actions =>
            {
                BuildEnvironment user = second.Environment with { Actions = actions, IsRoot = false };
                Assert.Equal(tarball, (await new KubernetesBuilder(user).BuildAsync(plan, CancellationToken.None)).Digest);
                Assert.NotEmpty(actions.Used);
            }
        );
        Assert.Equal("the tarball"u8, second.Store.ReadAllBytes(tarball));
    }

    [Fact]
    public async Task A_Kubernetes_that_one_lock_records_is_not_what_builds_with_another_lock_take()
    {
        using AssemblyRoom room = new();
        Digest tarball = room.Store.Write("not what it is made of"u8);
        await WithCacheAsync(
            room,
            async actions =>
            {
                BuildEnvironment user = room.Environment with { Actions = actions, IsRoot = false };
                await new KubernetesBuilder(user).BuildAsync(BuildingKubernetes.Plan(room, tarball), CancellationToken.None);
                await Assert.ThrowsAsync<NodeForgeException>(() =>
                    new KubernetesBuilder(user).BuildAsync(BuildingKubernetes.Plan(room, null), CancellationToken.None)
                );
            }
        );
    }

    public static TheoryData<string, string, string> WrongEntries =>
        new()
        {
            { "\"key\":\"sha256:", "\"key\":\"sha256:0", "cannot be read" },
            { Key.Hex, new string('0', 64), "is another action's" },
            { "\"schemaVersion\":1", "\"schemaVersion\":2", "is of another version" },
            { "\"size\":7", "\"size\":8", "names other content than its manifest" },
            { "\"name\":\"file\"", "\"name\":\"../file\"", "names no content that an action makes" },
            { "\"outputs\":[", "\"more\":[],\"outputs\":[", "cannot be read" },
            { "\"name\":\"file\"", "\"name\":\"file\",\"mediaType\":\"application/vnd.oci.image.layer.v1.tar\"", "names no content" },
        };

    [Theory]
    [MemberData(nameof(WrongEntries))]
    public async Task An_entry_that_says_something_else_is_not_used_and_what_is_made_takes_its_place(string from, string to, string what)
    {
        using AssemblyRoom first = new();
        using AssemblyRoom second = new();
        await RunAsync(first, "content");
        byte[] right = registry.Manifest(Repository, Tag)!;
        Rewrite(config => config.Replace(from, to, StringComparison.Ordinal));
        await RunAsync(second, "content");
        Diagnostic warning = Assert.Single(second.Events.OfType<Warned>()).Diagnostic;
        Assert.Equal(ErrorCodes.SharedCacheEntry, warning.Code);
        Assert.Contains(what, warning.What, StringComparison.Ordinal);
        Assert.Equal(right, registry.Manifest(Repository, Tag));
    }

    [Fact]
    public async Task An_entry_under_another_key_s_tag_is_not_used()
    {
        using AssemblyRoom first = new();
        using AssemblyRoom second = new();
        await RunAsync(first, "content");
        Digest other = ActionKey.Of("test/1", "b");
        registry.AddManifest(Repository, "nf-" + other.Hex, registry.Manifest(Repository, Tag)!, MediaTypes.Manifest);
        await RunAsync(second, "mine", key: other);
        Assert.Contains("another action's", Assert.Single(second.Events.OfType<Warned>()).Diagnostic.What, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Content_with_a_changed_byte_is_not_used()
    {
        using AssemblyRoom first = new();
        using AssemblyRoom second = new();
        IReadOnlyList<ActionOutput> made = await RunAsync(first, "content");
        registry.Fail($"/blobs/{made[0].Digest}", new RegistryFault.FlipLastByte(), times: 9);
        await RunAsync(second, "content");
        Assert.Equal([ErrorCodes.SharedCacheEntry], second.Events.OfType<Warned>().Select(warned => warned.Diagnostic.Code));
        Assert.Equal("content"u8, second.Store.ReadAllBytes(made[0].Digest));
    }

    [Fact]
    public async Task A_compressed_layer_that_unpacks_to_something_else_is_not_used()
    {
        using AssemblyRoom first = new();
        using AssemblyRoom second = new();
        await ActAsync(first, Layer(first, "a layer", diffIdOf: "another layer"));
        await ActAsync(second, Layer(second, "a layer", diffIdOf: "a layer"));
        Diagnostic warning = Assert.Single(second.Events.OfType<Warned>()).Diagnostic;
        Assert.Equal(ErrorCodes.SharedCacheEntry, warning.Code);
        Assert.Equal(Digest.Of("another layer"u8).ToString(), warning.Want);
    }

    [Fact]
    public async Task A_layer_has_one_entry_whatever_recipes_call_it()
    {
        using AssemblyRoom first = new();
        using AssemblyRoom second = new();
        await ActAsync(first, Layer(first, "a layer", diffIdOf: "a layer", name: "one"));
        await ActAsync(second, Layer(second, "a layer", diffIdOf: "a layer", name: "two"), takes: false);
        Assert.Empty(second.Events.OfType<Warned>());
    }

    [Theory]
    [InlineData("registry.test/cache")]
    [InlineData("oci:folder")]
    [InlineData("docker://registry.test/cache:latest")]
    [InlineData("docker://registry.test:5000/cache@sha256:0000000000000000000000000000000000000000000000000000000000000000")]
    public void What_is_no_repository_is_refused(string text) =>
        Assert.True(Assert.Throws<NodeForgeException>(() => CachePlace.Parse(text)).Is(ErrorCodes.SharedCachePlace));

    private void Rewrite(Func<string, string> change)
    {
        Manifest entry = ImageDocument.ReadManifest(registry.Manifest(Repository, Tag)!, new("entry"));
        byte[] config = Encoding.UTF8.GetBytes(change(Encoding.UTF8.GetString(registry.Blob(Repository, entry.Config.Digest)!)));
        Descriptor changed = registry.AddBlob(Repository, config, entry.Config.MediaType);
        registry.AddManifest(Repository, Tag, OciJson.Write(entry with { Config = changed }), MediaTypes.Manifest);
    }

    private static Func<Task<IReadOnlyList<ActionOutput>>> Layer(AssemblyRoom room, string text, string diffIdOf, string name = "layer") =>
        () =>
        {
            using MemoryStream packed = new();
            using (Stream encoder = LayerEncoding.Gzip.Encode(packed))
                encoder.Write(Encoding.UTF8.GetBytes(text));
            Digest digest = room.Store.Write(packed.ToArray());
            return Task.FromResult<IReadOnlyList<ActionOutput>>([
                new(name, digest, packed.ToArray().Length)
                {
                    MediaType = MediaTypes.LayerGzip,
                    DiffId = Digest.Of(Encoding.UTF8.GetBytes(diffIdOf)),
                },
            ]);
        };

    private static Task<IReadOnlyList<ActionOutput>> Write(AssemblyRoom room, string? text) =>
        Task.FromResult<IReadOnlyList<ActionOutput>>(
            text is null
                ? throw new InvalidOperationException("this is made elsewhere")
                : [new("file", room.Store.Write(Encoding.UTF8.GetBytes(text)), text.Length)]
        );

    /// <param name="room">The machine.</param>
    /// <param name="text">What it would make; null where it may not.</param>
    private Task<IReadOnlyList<ActionOutput>> RunAsync(AssemblyRoom room, string? text, bool takes = true, Digest? key = null) =>
        ActAsync(room, () => Write(room, text), takes, key);

    private async Task<IReadOnlyList<ActionOutput>> ActAsync(
        AssemblyRoom room,
        Func<Task<IReadOnlyList<ActionOutput>>> make,
        bool takes = true,
        Digest? key = null,
        bool required = false,
        Func<LockedPart, Task>? sources = null,
        LockedPart? reads = null
    )
    {
        using ForgeStep step = ((IForgeReporter)room).Step("step");
        return await WithCacheAsync(
            room,
            actions =>
                (sources is null ? actions : actions.MadeFrom(sources)).GetOrRunAsync(
                    key ?? Key,
                    step,
                    make,
                    CancellationToken.None,
                    reads: reads
                ),
            takes,
            required
        );
    }

    private async Task WithCacheAsync(AssemblyRoom room, Func<ActionCache, Task> act) =>
        await WithCacheAsync(
            room,
            async actions =>
            {
                await act(actions);
                return true;
            },
            takes: true,
            required: false
        );

    private async Task<T> WithCacheAsync<T>(AssemblyRoom room, Func<ActionCache, Task<T>> act, bool takes, bool required)
    {
        using HttpMessageHandler handler = RegistryClient.CreateHandler();
        using RegistryClient client = new(handler, new RegistryOptions());
        CachePlace place = CachePlace.Parse($"docker://{registry.Host}/{Repository}");
        RegistryActions shared = new(
            client,
            room.Store,
            new FetchOptions { Attempts = 3, FirstPause = TimeSpan.FromMilliseconds(1) },
            TimeProvider.System,
            room
        )
        {
            From = takes ? [place] : [],
            To = place,
            Required = required,
        };
        return await act(room.Environment.Actions.SharedWith(shared));
    }
}
