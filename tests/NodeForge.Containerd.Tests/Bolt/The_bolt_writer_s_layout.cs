using System.Buffers.Binary;
using NodeForge.Containerd.Bolt;

namespace NodeForge.Containerd.Tests.Bolt;

public sealed class The_bolt_writer_s_layout
{
    private const int PageSize = 4096;
    private const ushort Branch = 1,
        Leaf = 2,
        Meta = 4,
        Freelist = 0x10;

    [Fact]
    public void An_empty_database_is_two_metas_a_freelist_and_an_empty_leaf()
    {
        byte[] file = BoltWriter.ToArray(BoltBucket.Empty);
        Assert.Equal(4 * PageSize, file.Length);
        Assert.Equal([Meta, Meta, Freelist, Leaf], Types(file));
        Assert.All(
            Enumerable.Range(0, 4),
            page => Assert.Equal((ulong)page, BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(page * PageSize)))
        );
        Assert.Equal(
            "edda0ced02000000001000000000000003000000000000000000000000000000020000000000000004000000000000000100000000000000",
            Convert.ToHexStringLower(file.AsSpan(PageSize + 16, 56))
        );
    }

    [Fact]
    public void Integers_are_little_endian_byte_for_byte()
    {
        byte[] file = BoltWriter.ToArray(BoltTrees.Named("ab", BoltBucket.Empty));
        // page header: id 3, leaf, one element, no overflow; element: bucket, data 16 bytes on, key of 2, value of 32 bytes; key;
        // bucket header: root 0 (inline), sequence 0; inline page: id 0, leaf, no elements.
        Assert.Equal(
            "0300000000000000"
                + "0200"
                + "0100"
                + "00000000"
                + "01000000"
                + "10000000"
                + "02000000"
                + "20000000"
                + "6162"
                + "00000000000000000000000000000000"
                + "0000000000000000"
                + "0200"
                + "0000"
                + "00000000",
            Convert.ToHexStringLower(file.AsSpan(3 * PageSize, 66))
        );
        Assert.All(file[((3 * PageSize) + 66)..], static value => Assert.Equal(0, value));
    }

    [Fact]
    public void A_bucket_of_up_to_a_quarter_page_lies_in_its_parent_and_a_larger_one_has_a_page()
    {
        // 16 of the page header and 16 + 1 + 991 of the element are 1024 bytes.
        BoltBucket quarter = new BoltBucketBuilder().Add("k", new byte[991]).Build();
        BoltBucket more = new BoltBucketBuilder().Add("k", new byte[992]).Build();
        Assert.Equal([Meta, Meta, Freelist, Leaf], Types(BoltWriter.ToArray(BoltTrees.Named("b", quarter))));
        Assert.Equal([Meta, Meta, Freelist, Leaf, Leaf], Types(BoltWriter.ToArray(BoltTrees.Named("b", more))));
    }

    [Fact]
    public void A_bucket_that_holds_a_bucket_has_a_page_of_its_own() =>
        Assert.Equal(
            [Meta, Meta, Freelist, Leaf, Leaf],
            Types(BoltWriter.ToArray(BoltTrees.Named("a", BoltTrees.Named("b", BoltBucket.Empty))))
        );

    [Fact]
    public void A_bucket_larger_than_a_page_becomes_leaves_under_a_branch_without_overflow()
    {
        // 16 + 10 + 984 bytes an element: four in a page.
        byte[] file = BoltWriter.ToArray(BoltTrees.Named("b", BoltTrees.Numbered(8, 984)));
        Assert.Equal([Meta, Meta, Freelist, Leaf, Leaf, Branch, Leaf], Types(file));
    }

    [Fact]
    public void Only_an_element_larger_than_a_page_overflows_and_its_neighbours_do_not_share_its_pages()
    {
        BoltBucket bucket = new BoltBucketBuilder().Add("a", "1").Add("b", new byte[5000]).Add("c", "3").Build();
        byte[] file = BoltWriter.ToArray(BoltTrees.Named("b", bucket));
        Assert.Equal(9 * PageSize, file.Length);
        Assert.Equal(1u, BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan((4 * PageSize) + 12)));
        Assert.Equal(Branch, BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan((7 * PageSize) + 8)));
    }

    [Fact]
    public void A_branch_never_has_a_single_child()
    {
        byte[] file = BoltWriter.ToArray(BoltTrees.Named("b", BoltTrees.Numbered(20_000, 100)));
        for (int page = 3; page < file.Length / PageSize; page++)
            if (BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan((page * PageSize) + 8)) == Branch)
                Assert.True(BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan((page * PageSize) + 10)) >= 2);
        Assert.Contains(Branch, Types(file));
    }

    private static ushort[] Types(byte[] file) =>
        [
            .. Enumerable
                .Range(0, file.Length / PageSize)
                .Select(page => BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan((page * PageSize) + 8))),
        ];
}
