using System.Globalization;
using System.Text;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Tar;

namespace NodeForge.Oci.Tests.Layers;

/// <summary>Archives made to mislead: each ends in the error of its kind, or means one thing.</summary>
public sealed class HostileArchiveTests
{
    private static byte[] TenEntries
    {
        get
        {
            List<LayerEntry> entries = [.. Enumerable.Range(0, 7).Select(i => Tar.File($"d/file{i}", new string('x', i * 300)))];
            entries.AddRange([
                Tar.Directory("d"),
                Tar.Link("link", new string('t', 120)),
                Tar.File("cap", "c", 0x1ed, 0, ("security.capability", [1, 2])),
            ]);
            return Tar.Write([.. entries]);
        }
    }

    [Fact]
    public void Cut_at_any_block_or_one_byte_on_it_is_an_error_that_says_where_it_stops()
    {
        byte[] whole = TenEntries;
        int end = whole.Length - 1024;
        Assert.Equal(10, Tar.Read(whole).Count);
        foreach (int cut in Enumerable.Range(0, whole.Length / 512).SelectMany(block => new[] { block * 512, (block * 512) + 1 }))
        {
            foreach (bool seekable in new[] { true, false })
            {
                using Stream archive = seekable ? new MemoryStream(whole[..cut]) : new Forwards(whole[..cut]);
                // One whole block of zeros at the end is an end.
                if (cut >= end + 512)
                {
                    Assert.Equal(10, Tar.Read(archive).Count);
                    continue;
                }

                Diagnostic fault = Tar.Fault(() => SkipThrough(archive));
                Assert.Contains(fault.Code, new[] { ErrorCodes.ArchiveTruncated, ErrorCodes.ArchiveEndInvalid });
                Assert.Contains($"at byte {cut}", fault.What, StringComparison.Ordinal);
                Assert.Contains("entry ", fault.ToString(), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Cut_in_a_content_that_is_being_read_it_is_the_same_error()
    {
        byte[] cut = Tar.Write(Tar.File("a", new string('x', 100_000)))[..50_000];
        Diagnostic fault = Tar.Fault(() => Tar.Read(cut));
        Assert.Equal(ErrorCodes.ArchiveTruncated, fault.Code);
        Assert.Contains("truncated at byte 50000 of at least 100864, in the content of entry 1", fault.What, StringComparison.Ordinal);
    }

    public static TheoryData<string, byte[]> Names =>
        new()
        {
            { "A01", Tar.Header("../x") },
            { "A02", Tar.Header("/../x") },
            { "A03", Tar.Header("a/../../x") },
            { "A06 file", Tar.Header("..") },
            { "A06 directory", Tar.Header("..", '5') },
            { "A06 link", Tar.Header("..", '2', link: "x") },
            { "A07 link", Tar.Header("./", '2', link: "/") },
            { "A07 file", Tar.Header(".") },
            { "A08", Tar.Header("") },
            { "A09", Tar.Join(Tar.Pax('x', Tar.Record("path", "a\0b")), Tar.Header("a")) },
            { "A14 part", Tar.Join(Tar.Pax('x', Tar.Record("path", new string('a', 256))), Tar.Header("a")) },
            { "A14 path", Tar.Join(Tar.Pax('x', Tar.Record("path", string.Concat(Enumerable.Repeat("a/", 2048)) + "a")), Tar.Header("a")) },
            { "E12", Tar.Header("dne/../.wh.etc") },
            { "F17", Tar.Header("x", prefix: "a/../..") },
            { "B08 empty", Tar.Header("a", '2') },
            { "B08 long", Tar.Join(Tar.Pax('x', Tar.Record("linkpath", new string('a', 4096))), Tar.Header("a", '2')) },
            { "B08 zero", Tar.Join(Tar.Pax('x', Tar.Record("linkpath", "a\0b")), Tar.Header("a", '2')) },
            { "C01", Tar.Header("a", '1', link: "../victim/hello") },
            { "C02", Tar.Header("a", '1', link: "/../victim/hello") },
        };

    [Theory]
    [MemberData(nameof(Names))]
    public void A_name_that_leads_out_or_cannot_exist_is_refused(string id, byte[] header) =>
        Refused(id, header, ErrorCodes.ArchiveNameRefused);

    public static TheoryData<string, string, byte[]> OneMeaning =>
        new()
        {
            { "A04", "abs", Tar.Header("/abs") },
            { "A05", "abs/x", Tar.Header("//abs//./x") },
            { "dot", "x", Tar.Header("././x") },
            { "A12", "..\\x", Tar.Header("..\\x") },
            { "A12 drive", "C:x", Tar.Header("C:x") },
            { "A16", "readme", Tar.Header("readme") },
            { "F17 joined", "a/b/x", Tar.Header("x", prefix: "a/b") },
            { "gnu has no prefix", "x", Tar.Header("x", magic: "ustar  \0", prefix: "00000000000") },
            { "star", "a/b/x", Tar.Header("x", prefix: "a/b", trailer: "tar\0") },
            { "gnu with times", "x", Tar.Header("x", magic: "ustar  \0", prefix: "00000000001\00000000002") },
            { "a comment for all", "x", Tar.Join(Tar.Pax('g', Tar.Record("comment", "c")), Tar.Header("x")) },
            { "v7", "x", Tar.Header("x", '\0', magic: "\0\0\0\0\0\0\0\0") },
            { "E01 is data", "etc/.wh...", Tar.Header("etc/.wh...") },
        };

    [Theory]
    [MemberData(nameof(OneMeaning))]
    public void A_name_of_odd_form_means_one_path(string id, string path, byte[] header)
    {
        Assert.NotEmpty(id);
        Assert.Equal([path], Tar.Names(Tar.Join(header, Tar.End)));
    }

    [Fact]
    public void A_name_that_is_no_UTF8_keeps_its_bytes()
    {
        Assert.Equal(["\udcffa"], Tar.Names(Tar.Join(Tar.Header("", rawName: [255, (byte)'a']), Tar.End)));
        Assert.Equal(255, Tar.Write(Tar.File("\udcffa"))[0]);
    }

    [Fact]
    public void Control_characters_of_a_name_do_not_reach_the_terminal()
    {
        Diagnostic fault = Tar.Fault(() => Tar.Read(Tar.Header("a\u001b[31m\n", 'S')));
        Assert.Contains("'a\\x1b[31m\\x0a'", fault.ToString(), StringComparison.Ordinal);
        Assert.Contains("entry 1 at byte 0", fault.ToString(), StringComparison.Ordinal);
    }

    public static TheoryData<string, byte[]> Headers =>
        new()
        {
            { "A15", Tar.Header("file/") },
            { "D02 negative", Tar.Header("a", '3', major: "-000001") },
            { "D11 text", Tar.Header("a", uid: "08") },
            { "D12 NaN", Tar.Header("a", time: "NaN") },
            { "F04", Tar.Header("a", rawSize: [.. Enumerable.Repeat((byte)0xff, 12)]) },
            { "F04 text", Tar.Header("a", size: "-0000000001") },
            { "F05", Tar.Header("a", rawSize: [0x80, 0, 0, 0, 0x7f, .. Enumerable.Repeat((byte)0xff, 7)]) },
            { "F05 too wide", Tar.Header("a", rawSize: [0x80, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]) },
            { "digits after the end", Tar.Header("a", size: "00000 00010") },
            { "link with a body", Tar.Join(Tar.Header("a", '2', "00000001000", "b"), new byte[512]) },
            { "a prefix in GNU's header", Tar.Header("x", magic: "ustar  \0", prefix: "a/b") },
            { "a prefix in GNU's second time", Tar.Header("x", magic: "ustar  \0", prefix: "00000000000\0a/b") },
            { "a prefix of no known version", Tar.Header("x", magic: "ustar\0  ", prefix: "a/b") },
            {
                "star's prefix into its times",
                Tar.Header("x", prefix: new string('a', 131) + "00000000000 00000000000 ", trailer: "tar\0")
            },
            { "directory with a body", Tar.Join(Tar.Header("a", '5', "00000001000"), new byte[512]) },
        };

    [Theory]
    [MemberData(nameof(Headers))]
    public void A_header_that_cannot_be_right_is_refused(string id, byte[] header) => Refused(id, header, ErrorCodes.ArchiveHeaderInvalid);

    [Fact]
    public void A_flipped_bit_in_a_header_is_found_by_its_checksum()
    {
        byte[] archive = Tar.Write(Tar.File("a", "content"));
        for (int bit = 0; bit < 512 * 8; bit++)
        {
            byte[] flipped = [.. archive];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            // The checksum's leading zero may be a space, its end a space or a zero: the number stays the same.
            if (bit / 8 is 148 or 154 or 155)
                continue;
            Assert.Throws<NodeForgeException>(() => Tar.Read(flipped));
        }
    }

    [Theory]
    [InlineData("blanks before", true)]
    [InlineData("eight digits", true)]
    [InlineData("signed", true)]
    [InlineData("decimal", false)]
    [InlineData("none", false)]
    [InlineData("base 256", false)]
    public void A_checksum_is_octal(string form, bool taken)
    {
        byte[] archive = Tar.Join(Tar.Header("a", link: "\u00ff"), Tar.End);
        archive.AsSpan(148, 8).Fill((byte)' ');
        int sum = archive.Sum(value => value);
        byte[] field = form switch
        {
            "blanks before" => Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(7) + "\0"),
            "eight digits" => Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(8, '0')),
            "signed" => Encoding.ASCII.GetBytes(Convert.ToString(sum - 256, 8).PadLeft(6, '0') + "\0 "),
            "decimal" => Encoding.ASCII.GetBytes(sum.ToString("d6", CultureInfo.InvariantCulture) + "\0 "),
            "none" => "        "u8.ToArray(),
            _ => [0x80, 0, 0, 0, 0, 0, (byte)(sum >> 8), (byte)sum],
        };
        field.CopyTo(archive, 148);
        if (taken)
            Assert.Single(Tar.Read(archive));
        else
            Assert.Equal(ErrorCodes.ArchiveHeaderInvalid, Tar.Fault(() => Tar.Read(archive)).Code);
    }

    public static TheoryData<string, byte[]> Extensions =>
        new()
        {
            { "F06", Tar.Join(Tar.Pax('x', Tar.Record("size", "1024")), Tar.Header("a", size: "00000001000")) },
            { "F08 no length", Tar.Join(Tar.Pax('x', "path=a\n"), Tar.Header("a")) },
            { "F08 zero", Tar.Join(Tar.Pax('x', "0 path=a\n"), Tar.Header("a")) },
            { "F08 short", Tar.Join(Tar.Pax('x', "9 path=ab\n"), Tar.Header("a")) },
            { "F08 long", Tar.Join(Tar.Pax('x', "99 path=a\n"), Tar.Header("a")) },
            { "F08 overflow", Tar.Join(Tar.Pax('x', "99999999999999999999 path=a\n"), Tar.Header("a")) },
            { "F08 sign", Tar.Join(Tar.Pax('x', "+9 path=a\n"), Tar.Header("a")) },
            { "F08 no end", Tar.Join(Tar.Pax('x', "9 path=a "), Tar.Header("a")) },
            { "F08 no key", Tar.Join(Tar.Pax('x', "5 =a\n"), Tar.Header("a")) },
            { "F09 key", Tar.Join(Tar.Pax('x', Tar.Record("path", "a"), Tar.Record("path", "b")), Tar.Header("a")) },
            {
                "F09 path and L",
                Tar.Join(Tar.Pax('x', Tar.Record("path", "a")), Tar.Entry("././@LongLink", "b\0"u8.ToArray(), 'L'), Tar.Header("c"))
            },
            { "F09 two x", Tar.Join(Tar.Pax('x', Tar.Record("path", "a")), Tar.Pax('x', Tar.Record("uid", "1")), Tar.Header("c")) },
            { "F09 two L", Tar.Join(Tar.Entry("L", "a"u8.ToArray(), 'L'), Tar.Entry("L", "b"u8.ToArray(), 'L'), Tar.Header("c")) },
            { "F11", Tar.Header("PaxHeaders/x", 'x', "40000000000") },
            { "F12", Tar.Join(Tar.Pax('g', Tar.Record("path", "a")), Tar.Header("b")) },
            { "global uid", Tar.Join(Tar.Pax('g', Tar.Record("uid", "1")), Tar.Header("b")) },
            { "global gid", Tar.Join(Tar.Pax('g', Tar.Record("gid", "1")), Tar.Header("b")) },
            { "global mtime", Tar.Join(Tar.Pax('g', Tar.Record("mtime", "1")), Tar.Header("b")) },
            { "global device", Tar.Join(Tar.Pax('g', Tar.Record("SCHILY.devmajor", "1")), Tar.Header("b", '3')) },
            { "L then g", Tar.Join(Tar.Entry("L", "a\0"u8.ToArray(), 'L'), Tar.Pax('g', Tar.Record("comment", "c")), Tar.Header("b")) },
            { "x then g", Tar.Join(Tar.Pax('x', Tar.Record("path", "a")), Tar.Pax('g', Tar.Record("comment", "c")), Tar.Header("b")) },
            {
                "size then L",
                Tar.Join(
                    Tar.Pax('x', Tar.Record("size", "3")),
                    Tar.Entry("././@LongLink", Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("dir/", 150)) + "n"), 'L'),
                    Tar.Header("c"),
                    "abc"u8.ToArray(),
                    new byte[509]
                )
            },
            {
                "K then size",
                Tar.Join(Tar.Entry("K", "a\0"u8.ToArray(), 'K'), Tar.Pax('x', Tar.Record("size", "0")), Tar.Header("b", '2'))
            },
            { "F12 size", Tar.Join(Tar.Pax('g', Tar.Record("size", "0")), Tar.Header("b")) },
            { "D10 key", Tar.Join(Tar.Pax('x', Tar.Record("SCHILY.xattr.a\0b", "v")), Tar.Header("a")) },
            { "D10 value", Tar.Join(Tar.Pax('x', Tar.Record("SCHILY.xattr.user.a", new string('v', 65537))), Tar.Header("a")) },
            { "D11 PAX", Tar.Join(Tar.Pax('x', Tar.Record("uid", "-1")), Tar.Header("a")) },
            { "D12 PAX", Tar.Join(Tar.Pax('x', Tar.Record("mtime", "NaN")), Tar.Header("a")) },
            { "D12 2^63", Tar.Join(Tar.Pax('x', Tar.Record("mtime", "9223372036854775808")), Tar.Header("a")) },
            { "size text", Tar.Join(Tar.Pax('x', Tar.Record("size", "1e3")), Tar.Header("a")) },
            { "base 64", Tar.Join(Tar.Pax('x', Tar.Record("LIBARCHIVE.xattr.user.a", "?!")), Tar.Header("a")) },
        };

    [Theory]
    [MemberData(nameof(Extensions))]
    public void An_extended_header_that_contradicts_itself_or_its_entry_is_refused(string id, byte[] archive) =>
        Refused(id, archive, ErrorCodes.ArchiveExtensionInvalid);

    [Fact]
    public void An_extended_header_with_no_entry_after_it_is_a_truncation()
    {
        Refused("F10 x", Tar.Join(Tar.Pax('x', Tar.Record("path", "a")), Tar.End), ErrorCodes.ArchiveTruncated, end: false);
        Refused("F10 L", Tar.Entry("L", "a"u8.ToArray(), 'L'), ErrorCodes.ArchiveTruncated, end: false);
    }

    [Theory]
    [InlineData('S')]
    [InlineData('M')]
    [InlineData('D')]
    [InlineData('V')]
    [InlineData('Z')]
    [InlineData('\u0001')]
    public void An_entry_of_a_kind_that_layers_do_not_have_is_refused(char type) =>
        Refused("D04", Tar.Header("a", type), ErrorCodes.ArchiveEntryUnsupported);

    [Theory]
    [InlineData("GNU.sparse.major")]
    [InlineData("GNU.sparse.map")]
    [InlineData("SCHILY.realsize")]
    public void A_sparse_file_in_PAX_clothes_is_refused(string key) =>
        Refused("F13", Tar.Join(Tar.Pax('x', Tar.Record(key, "1")), Tar.Header("a")), ErrorCodes.ArchiveEntryUnsupported);

    [Fact]
    public void Links_devices_owners_and_attributes_are_kept_as_data()
    {
        List<(TarEntry Entry, byte[] Content)> read = Tar.Read(
            Tar.Join(
                Tar.Header("B02", '2', link: "../../victim"),
                Tar.Header("B10", '2', link: "/proc/self/root/.."),
                Tar.Header("C03", '1', link: "/usr/bin/x"),
                Tar.Header("D01", '3', major: "0000001", minor: "0000003"),
                Tar.Header("D06", mode: "0004755"),
                Tar.Pax(
                    'x',
                    Tar.Record("uid", "4294967295"),
                    Tar.Record("mtime", "-1.5"),
                    Tar.Record("SCHILY.xattr.security.capability", "\u0001\0")
                ),
                Tar.Header("D11"),
                Tar.Pax('x', Tar.Record("LIBARCHIVE.xattr.user.a%20b", "AQI"), Tar.Record("comment", "")),
                Tar.Header("bsd"),
                Tar.End
            )
        );
        Dictionary<string, TarEntry> entries = read.ToDictionary(e => e.Entry.Path, e => e.Entry);
        Assert.Equal("../../victim", entries["B02"].LinkTarget);
        Assert.Equal("/proc/self/root/..", entries["B10"].LinkTarget);
        Assert.Equal("usr/bin/x", entries["C03"].LinkTarget);
        Assert.Equal((1u, 3u), (entries["D01"].DeviceMajor, entries["D01"].DeviceMinor));
        Assert.Equal(0x9ed, entries["D06"].Mode);
        Assert.Equal((uint.MaxValue, -2L), (entries["D11"].Uid, entries["D11"].ModificationTime));
        Assert.Equal([1, 0], entries["D11"].ExtendedAttributes["security.capability"]);
        Assert.Equal([1, 2], entries["bsd"].ExtendedAttributes["user.a b"]);
    }

    [Fact]
    public void Numbers_in_base_256_and_times_before_1970_are_read()
    {
        byte[] header = Tar.Header("a", rawSize: [0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1]);
        using TarReader reader = new(new MemoryStream(header), "a.tar");
        Assert.Equal((2L << 32) + 1, reader.Read()!.Size);
    }

    [Fact]
    public void The_end_is_two_blocks_of_zeros_and_nothing_after_them()
    {
        byte[] entry = Tar.Header("a");
        Assert.Equal(ErrorCodes.ArchiveEndInvalid, Tar.Fault(() => Tar.Read(entry)).Code);
        Assert.Single(Tar.Read(entry, new TarReaderOptions { EndMarkerRequired = false }));
        Assert.Single(Tar.Read(Tar.Join(entry, new byte[512])));
        Assert.Single(Tar.Read(Tar.Join(entry, new byte[10240])));
        Assert.Equal(ErrorCodes.ArchiveEndInvalid, Tar.Fault(() => Tar.Read(Tar.Join(entry, new byte[512], entry, Tar.End))).Code);
        byte[] concatenated = Tar.Join(entry, Tar.End, entry, Tar.End);
        Assert.Contains("from byte 1536", Tar.Fault(() => Tar.Read(concatenated)).What, StringComparison.Ordinal);
        Assert.Single(Tar.Read(concatenated, new TarReaderOptions { TrailingBytesAllowed = true }));
    }

    [Fact]
    public void A_header_that_claims_much_allocates_nothing()
    {
        byte[] header = Tar.Header("a", size: "07777777777");
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(ErrorCodes.ArchiveTruncated, Tar.Fault(() => SkipThrough(new MemoryStream(header))).Code);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20);
    }

    [Fact]
    public void A_hundred_thousand_empty_entries_are_read_one_by_one()
    {
        byte[] one = Tar.Header("a");
        byte[] archive = new byte[(one.Length * 100_000) + 1024];
        for (int i = 0; i < 100_000; i++)
            one.CopyTo(archive, i * one.Length);
        Assert.Equal(100_000, SkipThrough(new MemoryStream(archive)));
    }

    private static int SkipThrough(Stream archive)
    {
        using TarReader reader = new(archive, "test.tar");
        int count = 0;
        while (reader.Read() is not null)
            count++;
        return count;
    }

    private static void Refused(string id, byte[] archive, ErrorCode code, bool end = true)
    {
        Diagnostic fault = Tar.Fault(() => Tar.Read(end ? Tar.Join(archive, Tar.End) : archive));
        Assert.True(code == fault.Code, string.Create(CultureInfo.InvariantCulture, $"{id}: {fault}"));
        Assert.Contains("test.tar, entry 1 at byte", fault.ToString(), StringComparison.Ordinal);
    }

    private sealed class Forwards(byte[] bytes) : NodeForge.Oci.Content.ReadOnlyStream
    {
        private readonly MemoryStream inner = new(bytes);

        public override int Read(Span<byte> buffer) => inner.Read(buffer[..Math.Min(buffer.Length, 1000)]);
    }
}
