using System.Buffers.Binary;
using NodeForge.Containerd.Bolt;

namespace NodeForge.Containerd.Tests.Bolt;

/// <summary>Files to be damaged, and what reader and checker say to them.</summary>
internal static class BoltDamage
{
    private const int PageSize = 4096;

    /// <summary>Leaves 3 and 4 and more below a branch, then the root bucket's leaf.</summary>
    public static byte[] Sample() =>
        BoltWriter.ToArray(
            new BoltBucketBuilder()
                .Add("large", BoltTrees.Numbered(300, 50))
                .Add("small", new BoltBucketBuilder().Add("k", "v").Build(sequence: 3))
                .Build()
        );

    /// <summary>The reader throws the code, and the checker tells it too.</summary>
    public static Diagnostic Refused(string code, byte[] file)
    {
        NodeForgeException failure = Assert.Throws<NodeForgeException>(() => BoltReader.Read(new MemoryStream(file), "damaged.db"));
        Diagnostic problem = Assert.Single(failure.Diagnostics);
        Assert.Equal(code, problem.Code.Id);
        Assert.Equal("damaged.db", problem.Where!.Resource);
        Assert.Contains(Check(file), found => found.Code.Id == code);
        return problem;
    }

    public static IReadOnlyList<Diagnostic> Check(byte[] file) => BoltCheck.Check(new MemoryStream(file), "damaged.db");

    /// <summary>Pages in a row, each with one element that leads to the next one.</summary>
    public static byte[] Chain(int length, Func<ulong, PageElement> element, ushort type)
    {
        byte[] file = new byte[(length + 3) * PageSize];
        new BoltMeta(PageSize, 3, 0, BoltFormat.NoFreelist, (ulong)length + 3, 1).WriteTo(file.AsSpan(PageSize, PageSize), 1);
        for (int page = 3; page < length + 2; page++)
            new PlannedPage((ulong)page, type, new PageElement[] { element((ulong)page + 1) }).WriteTo(
                file.AsSpan(page * PageSize, PageSize),
                0
            );
        new PlannedPage((ulong)length + 2, BoltFormat.LeafPage, Array.Empty<PageElement>()).WriteTo(
            file.AsSpan((length + 2) * PageSize, PageSize),
            0
        );
        return file;
    }

    public static byte[] BucketHeader(ulong root)
    {
        byte[] header = new byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(header, root);
        return header;
    }
}
