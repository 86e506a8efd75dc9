using NodeForge.Oci.Content;

namespace NodeForge.Oci.Tests.Content;

/// <summary>A store whose content can be had again believes no blob for its name: what it gives out was read whole in this process, as the
/// file now is.</summary>
public sealed class CachesThatRotTests : IDisposable
{
    private static readonly byte[] Hello = "hello"u8.ToArray();
    private readonly string folder = Directory.CreateTempSubdirectory("nodeforge-rot-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private BlobStore Open() => new(folder) { Cache = new() };

    private static void Spoil(BlobStore store, Digest digest, byte[] bytes)
    {
        File.SetUnixFileMode(store.PathOf(digest), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllBytes(store.PathOf(digest), bytes);
    }

    public static TheoryData<string, Action<BlobStore, Digest>> Ways =>
        new()
        {
            { "open", (store, digest) => store.OpenRead(digest).Dispose() },
            { "read to the end", (store, digest) => store.OpenVerified(digest).CopyTo(Stream.Null) },
            { "read whole", (store, digest) => store.ReadAllBytes(digest) },
            { "ask for the path", (store, digest) => store.SoundPathOf(digest) },
            { "link", (store, digest) => store.TryLink(digest, store.PathOf(digest) + ".linked") },
        };

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_damaged_blob_is_not_given_out_and_is_gone_then(string way, Action<BlobStore, Digest> use)
    {
        Assert.NotEmpty(way);
        foreach (byte[] wrong in new[] { "hellp"u8.ToArray(), "hell"u8.ToArray(), "hello!"u8.ToArray(), [] })
        {
            Digest digest = Open().Write(Hello);
            BlobStore store = Open();
            Spoil(store, digest, wrong);
            Diagnostic fault = Assert.Throws<NodeForgeException>(() => use(store, digest)).Diagnostics[0];
            Assert.Equal((ErrorCodes.CachedContentDamaged, store.PathOf(digest)), (fault.Code, fault.Where!.Resource));
            Assert.Equal(fault, Assert.Single(store.Cache!.Removed));
            Assert.False(store.Contains(digest));
            Assert.True(Open().Write(Hello) == digest && Open().ReadAllBytes(digest).SequenceEqual(Hello));
        }
    }

    [Fact]
    public void What_is_changed_after_it_was_hashed_is_hashed_again()
    {
        BlobStore store = Open();
        Digest digest = store.Write(Hello);
        store.OpenRead(digest).Dispose();
        Spoil(store, digest, "hellp"u8.ToArray());
        Assert.Throws<NodeForgeException>(() => store.OpenRead(digest));
    }

    // As a disk does it: no time tells. The list is as if it had been written before.
    [Theory]
    [MemberData(nameof(Ways))]
    public void Rot_that_leaves_all_times_alone_is_found(string way, Action<BlobStore, Digest> use)
    {
        Assert.NotEmpty(way);
        Digest digest = Open().Write(Hello);
        Spoil(Open(), digest, "hellp"u8.ToArray());
        List(digest, FileIdentity.Of(Open().PathOf(digest))!.Value, Hello);
        BlobStore store = Listing();
        Assert.Equal(ErrorCodes.CachedContentDamaged, Assert.Throws<NodeForgeException>(() => use(store, digest)).Diagnostics[0].Code);
        Assert.False(store.Contains(digest));
    }

    [Fact]
    public void A_blob_that_is_outside_already_is_looked_at_too()
    {
        Digest digest = Open().Write(Hello);
        string outside = Path.Combine(folder, "outside");
        Assert.True(Open().TryLink(digest, outside));
        Spoil(Open(), digest, "hellp"u8.ToArray());
        List(digest, FileIdentity.Of(outside)!.Value, Hello);
        Assert.Throws<NodeForgeException>(() => Listing().TryLink(digest, outside));
        Open().Write(Hello);
        Assert.True(Listing().TryLink(digest, outside));
        Assert.Equal(Hello, File.ReadAllBytes(outside));
    }

    [Fact]
    public void What_an_earlier_process_hashed_is_not_hashed_again()
    {
        byte[] other = "hellp"u8.ToArray();
        Digest digest = Open().Write(Hello);
        Spoil(Open(), digest, other);
        List(digest, FileIdentity.Of(Open().PathOf(digest))!.Value, other); // no process would have: it shows that nobody hashes
        Listing().OpenRead(digest).Dispose();
        Assert.True(Listing().TryLink(digest, Path.Combine(folder, "linked")));
    }

    [Fact]
    public void What_is_changed_after_an_earlier_process_hashed_it_is_hashed_again()
    {
        BlobStore first = Listing();
        Digest digest = first.Write(Hello);
        first.Cache!.Keep();
        Assert.Contains(digest.Hex, File.ReadAllText(ListFile), StringComparison.Ordinal);
        DateTime time = File.GetLastWriteTimeUtc(first.PathOf(digest));
        Spoil(first, digest, "hellp"u8.ToArray());
        File.SetLastWriteTimeUtc(first.PathOf(digest), time);
        Assert.Throws<NodeForgeException>(() => Listing().OpenRead(digest));
    }

    [Fact]
    public void What_could_change_again_without_a_trace_is_not_listed()
    {
        BlobStore store = Listing();
        Digest digest = store.Write(Hello),
            settled = store.Write("settled"u8);
        File.SetLastWriteTimeUtc(store.PathOf(digest), DateTime.UtcNow.AddHours(1));
        store.OpenRead(digest).Dispose();
        store.Cache!.Keep();
        Assert.Contains(settled.Hex, File.ReadAllText(ListFile), StringComparison.Ordinal);
        Assert.DoesNotContain(digest.Hex, File.ReadAllText(ListFile), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("another list\n")]
    [InlineData("nodeforge hashed files 1\nsha256:x 1 2 3 4 5\n")]
    [InlineData("nodeforge hashed files 2\nsha256:x 1 2 3 4 5 6\n\n\0 -1\n")]
    public void A_list_that_cannot_be_read_is_none_and_is_written_anew(string text)
    {
        File.WriteAllText(ListFile, text);
        BlobStore store = Listing();
        Digest digest = store.Write(Hello);
        store.OpenRead(digest).Dispose();
        store.Cache!.Keep();
        Assert.Contains(digest.Hex, File.ReadAllText(ListFile), StringComparison.Ordinal);
    }

    private string ListFile => Path.Combine(folder, "hashed");

    private BlobStore Listing() => new(folder) { Cache = new(ListFile) };

    private void List(Digest digest, FileIdentity of, byte[] bytes)
    {
        QuickSum sum = new();
        sum.Append(bytes);
        File.WriteAllText(
            ListFile,
            $"nodeforge hashed files 2\n{digest} {of.Device} {of.Inode} {of.Size} {of.Modified} {of.Changed} {sum.Value()}\n"
        );
    }

    [Fact]
    public void Bytes_at_hand_replace_a_damaged_blob_of_theirs()
    {
        Digest digest = Open().Write(Hello);
        BlobStore store = Open();
        Spoil(store, digest, "hellp"u8.ToArray());
        store.Write(Hello);
        Assert.Equal(Hello, File.ReadAllBytes(store.PathOf(digest)));
        Assert.Single(store.Cache!.Removed);
    }

    [Fact]
    public void A_blob_that_is_damaged_again_is_the_machines_fault()
    {
        BlobStore store = Open();
        foreach (ErrorCode code in new[] { ErrorCodes.CachedContentDamaged, ErrorCodes.CacheUnreliable })
        {
            Digest digest = store.Write(Hello);
            Spoil(store, digest, "hellp"u8.ToArray());
            Assert.Equal(code, Assert.Throws<NodeForgeException>(() => store.OpenRead(digest)).Diagnostics[0].Code);
        }

        Assert.Single(store.Cache!.Removed);
    }

    [Fact]
    public void A_sound_file_that_took_a_damaged_ones_place_meanwhile_stays()
    {
        BlobStore store = Open();
        Digest digest = Open().Write(Hello);
        Spoil(store, digest, "hellp"u8.ToArray());
        using VerifyingStream stream = store.OpenVerified(digest);
        File.Move(store.PathOf(digest), store.PathOf(digest) + ".old");
        File.WriteAllBytes(store.PathOf(digest), Hello);
        Assert.Throws<NodeForgeException>(() => stream.CopyTo(Stream.Null));
        Assert.Equal(Hello, store.ReadAllBytes(digest));
    }

    [Fact]
    public void A_layout_of_somebody_elses_is_left_as_it_is()
    {
        BlobStore store = new(folder);
        Digest digest = store.Write(Hello);
        Spoil(store, digest, "hellp"u8.ToArray());
        store.OpenRead(digest).Dispose();
        Assert.Equal(ErrorCodes.DigestMismatch, Assert.Throws<NodeForgeException>(() => store.ReadAllBytes(digest)).Diagnostics[0].Code);
        Assert.True(store.Contains(digest));
    }

    [Fact]
    public void A_link_has_the_size_of_what_it_leads_to_and_a_folder_none()
    {
        BlobStore store = new(folder);
        Digest digest = store.Write(Hello),
            linked = Digest.Of([1]),
            dangling = Digest.Of([2]),
            within = Digest.Of([3]);
        File.CreateSymbolicLink(store.PathOf(linked), store.PathOf(digest));
        File.CreateSymbolicLink(store.PathOf(dangling), "nowhere");
        Directory.CreateDirectory(store.PathOf(within));
        Assert.Equal([5L, 5L, null, null], new[] { digest, linked, dangling, within }.Select(store.SizeOf));
    }
}
