using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using NodeForge.Containerd.Bolt;

namespace NodeForge.Containerd.Tests.Bolt;

public sealed class The_bolt_check
{
    private const int PageSize = 4096;
    private const int Freelist = 2 * PageSize;

    [Fact]
    public void Finds_a_page_that_is_in_use_and_free()
    {
        byte[] file = BoltDamage.Sample();
        WriteFreelist(file, 3);
        Assert.Equal(["NF6108"], Codes(file));
    }

    [Fact]
    public void Finds_a_page_that_is_freed_twice_and_one_that_does_not_exist()
    {
        byte[] file = [.. BoltDamage.Sample(), .. new byte[PageSize]];
        Raise(file);
        WriteFreelist(file, (ulong)(file.Length / PageSize) - 1, (ulong)(file.Length / PageSize) - 1, 77777);
        Assert.Equal(["NF6108", "NF6108"], Codes(file));
    }

    [Fact]
    public void Finds_a_page_that_is_neither_in_use_nor_free()
    {
        byte[] file = [.. BoltDamage.Sample(), .. new byte[PageSize]];
        Raise(file);
        Assert.Equal(["NF6108"], Codes(file));
        WriteFreelist(file, (ulong)(file.Length / PageSize) - 1);
        Assert.Empty(Codes(file));
    }

    [Fact]
    public void Finds_a_freelist_that_is_of_another_type_or_counts_more_than_it_holds()
    {
        byte[] file = BoltDamage.Sample();
        file[Freelist + 8] = 2;
        Assert.Equal(["NF6103"], Codes(file));
        file[Freelist + 8] = 0x10;
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(Freelist + 10), 600);
        Assert.Equal(["NF6103"], Codes(file));
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(Freelist + 10), 0xFFFF);
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(Freelist + 16), ulong.MaxValue);
        Assert.Equal(["NF6103"], Codes(file));
    }

    [Fact]
    public void Tells_the_problems_of_several_pages_at_once()
    {
        byte[] file = BoltDamage.Sample();
        file[(3 * PageSize) + 8] = 0;
        file[(5 * PageSize) + 11] = 0xFF;
        Assert.Equal(["NF6103", "NF6103"], Codes(file));
    }

    [Fact]
    public void Says_NF_codes_and_nothing_else_to_any_damage() =>
        Prop.ForAll(
                Damage,
                static damage =>
                {
                    byte[] file = BoltDamage.Sample();
                    foreach ((int at, byte value) in damage)
                        file[at % file.Length] = value;
                    _ = BoltDamage.Check(file);
                    try
                    {
                        BoltReader.Read(new MemoryStream(file), "damaged.db");
                    }
                    catch (NodeForgeException)
                    {
                        return BoltDamage.Check(file).Count > 0;
                    }
                    return true;
                }
            )
            .Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    // Headers and element arrays lie at the front of pages: damage there matters most.
    private static Arbitrary<(int At, byte Value)[]> Damage { get; } =
        Arb.From(
            from count in Gen.Choose(1, 4)
            from damage in Gen.ArrayOf(
                from page in Gen.Choose(0, 10)
                from at in Gen.Frequency((3, Gen.Choose(0, 120)), (1, Gen.Choose(0, PageSize - 1)))
                from value in Gen.Choose(0, 255)
                select ((page * PageSize) + at, (byte)value),
                count
            )
            select damage
        );

    private static string[] Codes(byte[] file) => [.. BoltDamage.Check(file).Select(static problem => problem.Code.Id)];

    private static void WriteFreelist(byte[] file, params ulong[] pages)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(Freelist + 10), (ushort)pages.Length);
        for (int i = 0; i < pages.Length; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(Freelist + 16 + (i * 8)), pages[i]);
    }

    private static void Raise(byte[] file)
    {
        BoltMeta meta = BoltMeta.TryRead(file.AsSpan(PageSize))!;
        (meta with { HighWater = meta.HighWater + 1 }).WriteTo(file.AsSpan(PageSize, PageSize), 1);
    }
}
