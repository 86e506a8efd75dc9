using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using NodeForge.Containerd.Bolt;

namespace NodeForge.Containerd.Tests.Bolt;

public sealed class The_bolt_reader
{
    private const int PageSize = 4096;

    [Theory]
    [InlineData("valid-page-size-1024", 60)]
    [InlineData("valid-page-size-16384", 300)]
    [InlineData("valid-with-free-pages", 400)]
    [InlineData("valid-without-freelist", 300)]
    public void Reads_what_bbolt_itself_wrote(string fixture, int count)
    {
        BoltBucket root = BoltReader.Read(Fixture(fixture), fixture);
        BoltBucket numbers = root.FindBucket("numbers")!;
        int[] kept = [.. Enumerable.Range(0, count).Where(static i => i % 3 != 0)];
        Assert.Equal(
            kept.Select(static i => $"key-{i:d6}"),
            numbers.Entries.Select(static entry => Encoding.ASCII.GetString(entry.Key.Span))
        );
        Assert.Equal(
            kept.Select(static i => $"{i:d20}"),
            numbers.Entries.Select(static entry => Encoding.ASCII.GetString(entry.Value.Span))
        );
        BoltBucket outer = root.FindBucket("outer")!;
        Assert.Equal(7u, outer.Sequence);
        Assert.Equal("1"u8.ToArray(), outer.FindBucket("inner")!.FindValue("a")!.Value.ToArray());
        Assert.Empty(outer.FindBucket("void")!.Entries);
        Assert.Empty(BoltCheck.Check(Fixture(fixture), fixture));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Reads_a_file_by_its_other_meta_page_when_one_is_torn(int torn)
    {
        byte[] file = Sample();
        file[(torn * PageSize) + 16 + 50] ^= 1;
        Assert.NotNull(BoltReader.Read(new MemoryStream(file), "torn").FindBucket("small"));
        Assert.Empty(BoltCheck.Check(new MemoryStream(file), "torn"));
    }

    [Fact]
    public void Takes_the_newer_of_two_valid_meta_pages()
    {
        byte[] file = BoltWriter.ToArray(BoltTrees.Named("new", BoltBucket.Empty));
        // The older meta points at a page that holds nothing of use: were it taken, reading would fail.
        new BoltMeta(PageSize, 2, 0, 2, 4, 0).WriteTo(file.AsSpan(0, PageSize), 0);
        Assert.NotNull(BoltReader.Read(new MemoryStream(file), "two").FindBucket("new"));
        new BoltMeta(PageSize, 3, 0, 2, 4, 9).WriteTo(file.AsSpan(0, PageSize), 0);
        new BoltMeta(PageSize, 2, 0, 2, 4, 8).WriteTo(file.AsSpan(PageSize, PageSize), 1);
        Assert.NotNull(BoltReader.Read(new MemoryStream(file), "two").FindBucket("new"));
    }

    [Fact]
    public void Refuses_a_file_without_a_valid_meta_page()
    {
        byte[] file = Sample();
        file[16] ^= 1;
        file[PageSize + 16] ^= 1;
        BoltDamage.Refused("NF6101", file);
        BoltDamage.Refused("NF6101", []);
        BoltDamage.Refused("NF6101", "no database"u8.ToArray());
    }

    [Fact]
    public void Refuses_a_file_that_was_cut() => BoltDamage.Refused("NF6102", Sample()[..^PageSize]);

    [Fact]
    public void Refuses_a_root_or_a_freelist_outside_of_the_pages_in_use()
    {
        BoltDamage.Refused("NF6103", WithMeta(static meta => meta with { Root = meta.HighWater }));
        BoltDamage.Refused("NF6103", WithMeta(static meta => meta with { Root = 1 }));
        BoltDamage.Refused("NF6103", WithMeta(static meta => meta with { Freelist = ulong.MaxValue - 1 }));
    }

    [Fact]
    public void Refuses_a_high_water_mark_that_no_file_could_have() =>
        BoltDamage.Refused("NF6102", WithMeta(static meta => meta with { HighWater = ulong.MaxValue }));

    [Theory]
    [InlineData("NF6103", 0, 99)] // another page's id
    [InlineData("NF6103", 8, 0x10)] // a freelist in the tree
    [InlineData("NF6103", 11, 0xFF)] // 65280 elements
    [InlineData("NF6103", 15, 0x7F)] // two thousand million overflow pages
    [InlineData("NF6104", 16, 2)] // unknown flags of an element
    [InlineData("NF6104", 23, 0x7F)] // its key far outside
    [InlineData("NF6104", 20, 17)] // its key in the element array
    [InlineData("NF6104", 24, 0)] // an empty key
    [InlineData("NF6104", 27, 0x7F)] // a key longer than any
    [InlineData("NF6104", 31, 0x7F)] // a value longer than the page
    public void Refuses_a_damaged_page_and_says_which(string code, int at, byte value)
    {
        byte[] file = Sample();
        int root = (int)Meta(file).Root * PageSize;
        file[root + at] = value;
        Diagnostic problem = BoltDamage.Refused(code, file);
        Assert.Contains($"page {Meta(file).Root}, offset ", problem.Where!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_keys_out_of_order_within_a_page()
    {
        byte[] file = Sample();
        int root = (int)Meta(file).Root * PageSize;
        int key = root + 16 + BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(root + 20));
        file[key] = (byte)'z';
        BoltDamage.Refused("NF6105", file);
    }

    [Fact]
    public void Refuses_keys_out_of_order_across_pages()
    {
        byte[] file = Sample();
        int leaf = 4 * PageSize;
        int key = leaf + 16 + BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(leaf + 20));
        file[key] = (byte)'a';
        BoltDamage.Refused("NF6105", file);
    }

    [Fact]
    public void Refuses_a_branch_that_reaches_a_page_twice_or_itself()
    {
        byte[] file = Sample();
        int branch = Enumerable.Range(3, (file.Length / PageSize) - 3).First(page => file[(page * PageSize) + 8] == 1);
        int child = (branch * PageSize) + 16 + 8;
        byte[] itself = [.. file];
        BinaryPrimitives.WriteUInt64LittleEndian(itself.AsSpan(child + 16), (ulong)branch);
        BoltDamage.Refused("NF6106", itself);
        file.AsSpan(child, 8).CopyTo(file.AsSpan(child + 16));
        // The keys of the first child are not in the second one's range, and that is what is seen first, or the second visit is.
        Assert.Contains(BoltDamage.Check(file), static problem => problem.Code.Id == "NF6106");
    }

    [Fact]
    public void Refuses_buckets_and_branches_nested_without_end()
    {
        BoltDamage.Refused(
            "NF6107",
            BoltDamage.Chain(200, static next => PageElement.OfBucket("b"u8.ToArray(), BoltDamage.BucketHeader(next)), BoltFormat.LeafPage)
        );
        BoltDamage.Refused(
            "NF6107",
            BoltDamage.Chain(200, static next => PageElement.OfChild("b"u8.ToArray(), next), BoltFormat.BranchPage)
        );
    }

    private static byte[] Sample() => BoltDamage.Sample();

    private static BoltMeta Meta(byte[] file) => BoltMeta.TryRead(file.AsSpan(PageSize))!;

    private static byte[] WithMeta(Func<BoltMeta, BoltMeta> change)
    {
        byte[] file = Sample();
        BoltMeta changed = change(Meta(file)) with { Transaction = 7 };
        changed.WriteTo(file.AsSpan(PageSize, PageSize), 1);
        return file;
    }

    private static MemoryStream Fixture(string name)
    {
        using Stream packed = typeof(The_bolt_reader).Assembly.GetManifestResourceStream(name + ".db.gz")!;
        using GZipStream unpacked = new(packed, CompressionMode.Decompress);
        MemoryStream file = new();
        unpacked.CopyTo(file);
        return file;
    }
}
