using FsCheck;
using FsCheck.Fluent;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Tar;

namespace NodeForge.Oci.Tests.Layers;

public sealed class TarRoundTripTests
{
    private static readonly string[] Parts =
    [
        "a",
        "a.b",
        "a-b",
        "A",
        "usr",
        "lib",
        ".wh.x",
        "é",
        "😀",
        "\udcff\udc80",
        "with space",
        "new\nline",
        new('n', 99),
        new('m', 120),
        new('l', 255),
    ];

    private static Gen<string> PathGen =>
        from depth in Gen.Choose(1, 5)
        from parts in Gen.ArrayOf(Gen.Elements(Parts), depth)
        select string.Join('/', parts);

    private static Gen<LayerEntry> EntryGen =>
        from path in PathGen
        from kind in Gen.Elements(
            TarEntryKind.File,
            TarEntryKind.File,
            TarEntryKind.SymbolicLink,
            TarEntryKind.Directory,
            TarEntryKind.Fifo,
            TarEntryKind.CharacterDevice,
            TarEntryKind.BlockDevice
        )
        from mode in Gen.Choose(0, 0xfff)
        from uid in Gen.Elements(0L, 65534, 0x1f_ffff, 0x20_0000, 0xffff_fffe)
        from gid in Gen.Elements(0L, 42, 0x20_0000)
        from time in Gen.Elements(-1L, 0, 1, Tar.Epoch, Tar.Epoch + 1)
        from size in Gen.Elements(0, 1, 511, 512, 513, 70_000)
        from target in PathGen
        from attributes in Gen.Elements<(string, byte[])[]>(
            [],
            [],
            [("security.capability", [1, 0, 0, 2, 10, 61, 255])],
            [("user.é", [1]), ("user.b", new byte[1000])]
        )
        select Entry(path, kind, mode, uid, gid, time, size, target, attributes);

    private static LayerEntry Entry(
        string path,
        TarEntryKind kind,
        int mode,
        long uid,
        long gid,
        long time,
        int size,
        string target,
        (string Name, byte[] Value)[] attributes
    )
    {
        bool device = kind is TarEntryKind.CharacterDevice or TarEntryKind.BlockDevice;
        byte[] content = new byte[kind == TarEntryKind.File ? size : 0];
        new Random(size).NextBytes(content);
        return new(
            new TarEntry
            {
                Path = path,
                Kind = kind,
                Mode = kind == TarEntryKind.SymbolicLink ? 0x1ff : mode,
                Uid = uid,
                Gid = gid,
                ModificationTime = time,
                Size = content.Length,
                LinkTarget = kind == TarEntryKind.SymbolicLink ? "../" + target : null,
                DeviceMajor = device ? 0xfffu : 0,
                DeviceMinor = device ? 0xf_ffffu : 0,
                ExtendedAttributes = attributes.ToDictionary(a => a.Name, a => a.Value),
            },
            kind == TarEntryKind.File ? new InlineContent(content) : null
        );
    }

    // No path twice, nothing below what is no directory, and some second names.
    private static List<LayerEntry> Possible(LayerEntry[] entries)
    {
        Dictionary<string, LayerEntry> taken = [];
        foreach (LayerEntry entry in entries.OrderBy(e => e.Header.Path.Length))
        {
            string[] parts = entry.Header.Path.Split('/');
            bool blocked = Enumerable
                .Range(1, parts.Length - 1)
                .Any(n =>
                    taken.TryGetValue(string.Join('/', parts[..n]), out LayerEntry? parent) && parent.Header.Kind != TarEntryKind.Directory
                );
            if (!blocked)
                taken.TryAdd(entry.Header.Path, entry);
        }

        return [.. taken.Values];
    }

    [Fact]
    public void What_is_written_is_read_again_and_any_order_of_the_entries_gives_the_same_bytes()
    {
        Prop.ForAll(
                Gen.ArrayOf(EntryGen).ToArbitrary(),
                Gen.Choose(0, int.MaxValue).ToArbitrary(),
                (generated, seed) =>
                {
                    List<LayerEntry> entries = Possible(generated);
                    byte[] layer = Tar.Write([.. entries]);
                    LayerEntry[] shuffled = [.. entries];
                    new Random(seed).Shuffle(shuffled);
                    Assert.Equal(layer, Tar.Write(shuffled));

                    Dictionary<string, LayerEntry> want = entries.ToDictionary(e => e.Header.Path);
                    List<(TarEntry Entry, byte[] Content)> read = Tar.Read(layer);
                    Assert.Equal(want.Count, read.Count);
                    foreach ((TarEntry entry, byte[] content) in read)
                        AssertSame(want[entry.Path], entry, content);
                }
            )
            .QuickCheckThrowOnFailure();
    }

    private static void AssertSame(LayerEntry want, TarEntry got, byte[] content)
    {
        TarEntry header = want.Header with
        {
            ModificationTime = Math.Clamp(want.Header.ModificationTime, 0, Tar.Epoch),
            ExtendedAttributes = got.ExtendedAttributes,
        };
        Assert.Equal(header, got);
        Assert.Equal(want.Header.ExtendedAttributes.OrderBy(a => a.Key), got.ExtendedAttributes.OrderBy(a => a.Key));
        Assert.Equal((want.Content as InlineContent)?.Bytes.ToArray() ?? [], content);
    }

    [Fact]
    public void A_file_of_more_than_eight_gibibytes_keeps_its_size_without_being_held_in_memory()
    {
        const long size = (8L << 30) + 5;
        using Pipe pipe = new(size);
        TarEntry header = new()
        {
            Path = "etcd.db",
            Kind = TarEntryKind.File,
            Size = size,
        };
        LayerWriter.Write([new LayerEntry(header, pipe.Content)], pipe, Tar.Epoch);
        using MemoryStream head = new(pipe.Head);
        using TarReader reader = new(head, "big.tar");
        Assert.Equal(size, reader.Read()!.Size);
        Assert.Equal(1536 + size + 507 + 1024, pipe.Written);
    }

    /// <summary>Gives so many zeros and keeps the beginning of what is written.</summary>
    private sealed class Pipe(long size) : NodeForge.Oci.Content.WriteOnlyStream
    {
        public byte[] Head { get; } = new byte[4096];

        public long Written { get; private set; }

        public LayerContent Content => new Zeros(size);

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (Written < Head.Length)
                buffer[..(int)Math.Min(buffer.Length, Head.Length - Written)].CopyTo(Head.AsSpan((int)Written));
            Written += buffer.Length;
        }

        private sealed record Zeros(long Size) : LayerContent
        {
            public override Stream Open() => new ZeroStream(Size);
        }

        private sealed class ZeroStream(long size) : NodeForge.Oci.Content.ReadOnlyStream
        {
            private long rest = size;

            public override int Read(Span<byte> buffer)
            {
                int count = (int)Math.Min(rest, buffer.Length);
                rest -= count;
                return count;
            }
        }
    }
}
