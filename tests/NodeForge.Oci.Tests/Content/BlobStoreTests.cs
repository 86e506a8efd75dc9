namespace NodeForge.Oci.Tests.Content;

/// <summary>What containerd's suite asks of a content store, as far as ours has it: no labels, no references that outlive a
/// process.</summary>
public sealed class BlobStoreTests : IDisposable
{
    private static readonly byte[] Hello = "hello"u8.ToArray();
    private readonly string folder = Directory.CreateTempSubdirectory("nodeforge-store-").FullName;
    private readonly BlobStore store;

    public BlobStoreTests() => store = new(folder);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string[] Files => Directory.Exists(Path.Combine(folder, "sha256")) ? Directory.GetFiles(Path.Combine(folder, "sha256")) : [];

    private static Diagnostic Fault(Action action) => Assert.Throws<NodeForgeException>(action).Diagnostics[0];

    [Fact]
    public void A_blob_is_invisible_until_it_is_committed()
    {
        using BlobIngest ingest = store.BeginIngest();
        ingest.Write(Hello);
        Assert.False(store.Contains(Digest.Of(Hello)));
        Descriptor blob = ingest.Commit(Digest.Of(Hello), 5);
        Assert.Equal((Digest.Of(Hello), 5L), (blob.Digest, blob.Size));
        Assert.True(store.Contains(blob.Digest));
        Assert.Equal(5, store.SizeOf(blob.Digest));
    }

    [Fact]
    public void An_ingest_that_is_given_up_leaves_nothing()
    {
        using (BlobIngest ingest = store.BeginIngest())
            ingest.Write(Hello);
        Assert.Empty(Files);
    }

    [Fact]
    public void A_commit_with_another_digest_or_size_fails_and_leaves_nothing()
    {
        using (BlobIngest ingest = store.BeginIngest())
        {
            ingest.Write(Hello);
            Diagnostic fault = Fault(() => ingest.Commit(Digest.Of([1])));
            Assert.Equal((ErrorCodes.DigestMismatch, Digest.Of([1]).ToString()), (fault.Code, fault.Want));
            Assert.Throws<InvalidOperationException>(() => ingest.Commit());
        }

        using (BlobIngest ingest = store.BeginIngest())
        {
            ingest.Write(Hello);
            Assert.Equal(("4 bytes", "5 bytes"), (Fault(() => ingest.Commit(null, 4)) is var fault ? (fault.Want, fault.Got) : default));
        }

        Assert.Empty(Files);
    }

    [Fact]
    public void A_commit_of_what_is_there_already_succeeds()
    {
        store.Write(Hello);
        using (BlobIngest ingest = store.BeginIngest())
        {
            ingest.Write(Hello);
            ingest.Commit(Digest.Of(Hello));
        }

        Assert.Single(Files);
    }

    [Fact]
    public void A_second_commit_and_a_write_after_the_first_are_mistakes()
    {
        using BlobIngest ingest = store.BeginIngest();
        ingest.Write(Hello);
        ingest.Commit();
        Assert.Throws<InvalidOperationException>(() => ingest.Commit());
        Assert.Throws<ObjectDisposedException>(() => ingest.Write(Hello));
        Assert.Single(Files);
    }

    [Fact]
    public void An_empty_blob_is_a_blob()
    {
        using (BlobIngest ingest = store.BeginIngest())
            ingest.Commit(Digest.Of([]), 0);
        Assert.Empty(store.ReadAllBytes(Digest.Of([])));
    }

    [Fact]
    public void More_than_may_come_is_stopped_there()
    {
        using (BlobIngest ingest = store.BeginIngest(limit: 7))
        {
            ingest.Write(Hello);
            Assert.Equal("7 bytes", Fault(() => ingest.Write(Hello)).Want);
            Assert.Equal(5, ingest.Length);
        }

        Assert.Empty(Files);
    }

    [Fact]
    public async Task A_stream_of_another_digest_or_size_is_not_kept()
    {
        Descriptor blob = await store.WriteAsync(new MemoryStream(Hello), "text/plain", null, default);
        Assert.Equal(("text/plain", Digest.Of(Hello)), (blob.MediaType, blob.Digest));
        foreach ((Digest digest, long size) in new[] { (Digest.Of([1]), 5L), (Digest.Of(Hello), 4L), (Digest.Of(Hello), 6L) })
            await Assert.ThrowsAsync<NodeForgeException>(() =>
                store.WriteAsync(new MemoryStream(Hello), "text/plain", digest, size, default)
            );
        Assert.Single(Files);
        using CancellationTokenSource cancelled = new();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            store.WriteAsync(new MemoryStream([1]), "text/plain", null, cancelled.Token)
        );
        Assert.Single(Files);
    }

    [Fact]
    public void Threads_that_write_one_blob_agree()
    {
        byte[] blob = new byte[200_000];
        Parallel.For(
            0,
            32,
            new ParallelOptions { MaxDegreeOfParallelism = 8 },
            _ =>
            {
                using BlobIngest ingest = store.BeginIngest();
                ingest.Write(blob);
                ingest.Commit(Digest.Of(blob));
                Assert.Equal(blob, store.ReadAllBytes(Digest.Of(blob)));
            }
        );
        Assert.Single(Files);
    }

    [Fact]
    public void A_blob_may_be_read_by_all_and_written_by_none()
    {
        Digest digest = store.Write(Hello);
        Assert.Equal("444", Convert.ToString((int)File.GetUnixFileMode(store.PathOf(digest)), 8));
    }

    [Fact]
    public void What_is_not_there_is_an_error_that_names_it()
    {
        Diagnostic fault = Fault(() => store.OpenRead(Digest.Of(Hello)));
        Assert.Equal(ErrorCodes.BlobMissing, fault.Code);
        Assert.Contains(Digest.Of(Hello).ToString(), fault.ToString(), StringComparison.Ordinal);
        Assert.Null(store.SizeOf(Digest.Of(Hello)));
        Assert.Equal(0, store.Sweep(TimeProvider.System));
    }

    [Theory]
    [InlineData("hell")]
    [InlineData("hello!")]
    [InlineData("hallo")]
    [InlineData("")]
    public void Content_that_was_changed_under_its_name_is_never_read_to_its_end(string changed)
    {
        Digest digest = store.Write(Hello);
        File.SetUnixFileMode(store.PathOf(digest), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.WriteAllText(store.PathOf(digest), changed);
        Assert.Equal(ErrorCodes.DigestMismatch, Fault(() => store.ReadAllBytes(digest)).Code);
        using VerifyingStream stream = store.OpenVerified(digest, 5);
        List<byte> read = [];
        byte[] one = new byte[1];
        Assert.Equal(
            ErrorCodes.DigestMismatch,
            Fault(() =>
            {
                while (stream.Read(one) > 0)
                    read.Add(one[0]);
            }).Code
        );
        Assert.True(read.Count < 5);
    }

    [Fact]
    public void A_document_that_is_too_large_is_not_read_into_memory()
    {
        Digest digest = store.Write(Hello);
        Assert.Equal(ErrorCodes.ContentTooLarge, Fault(() => store.ReadAllBytes(digest, maximum: 4)).Code);
        Assert.Equal(Hello, store.ReadAllBytes(digest, maximum: 5));
    }
}
