using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using NodeForge.Bundles.Format;
using NodeForge.Bundles.Reading;
using NodeForge.Oci;

namespace NodeForge.Bundles.Tests;

/// <summary>Bundles whose checksums are all right, made by somebody who means harm.</summary>
public sealed class HostileBundles : BundleRoom
{
    private static readonly Digest Any = Digest.Of("x"u8);

    public static TheoryData<string> Indexes =>
        [
            "null",
            "[]",
            "{}",
            "no json",
            "{\"schemaVersion\":2,\"images\":[],\"items\":[],\"components\":[],\"blobs\":[]}",
            "{\"schemaVersion\":1,\"images\":[null],\"items\":[],\"components\":[],\"blobs\":[]}",
            "{\"schemaVersion\":1,\"images\":null,\"items\":[],\"components\":[],\"blobs\":[]}",
            "{\"schemaVersion\":1,\"images\":[],\"images\":[],\"items\":[],\"components\":[],\"blobs\":[]}",
            "{\"schemaVersion\":1,\"images\":[],\"items\":[{\"kind\":\"file\",\"name\":\"../x\",\"digest\":\"DIGEST\",\"size\":0,\"executable\":false,\"reason\":\"\"}],\"components\":[],\"blobs\":[{\"digest\":\"DIGEST\",\"size\":0,\"mediaType\":\"x\"}]}",
            "{\"schemaVersion\":1,\"images\":[],\"items\":[{\"kind\":\"file\",\"name\":\"x\",\"digest\":\"DIGEST\",\"size\":0,\"executable\":false,\"reason\":\"\"}],\"components\":[],\"blobs\":[]}",
            "{\"schemaVersion\":1,\"images\":[],\"items\":[],\"components\":[],\"blobs\":[{\"digest\":\"DIGEST\",\"size\":-1,\"mediaType\":\"x\"}]}",
            "{\"schemaVersion\":1,\"images\":[],\"items\":[],\"components\":[],\"blobs\":[{\"digest\":\"DIGEST\",\"size\":9223372036854775807,\"mediaType\":\"x\"}]}",
            "{\"schemaVersion\":1,\"images\":[],\"items\":[],\"components\":[],\"blobs\":[{\"digest\":\"DIGEST\",\"size\":5,\"mediaType\":\"x\"}]}",
            "{\"schemaVersion\":1,\"images\":[],\"items\":[],\"components\":[],\"blobs\":[{\"digest\":\"sha256:00\",\"size\":0,\"mediaType\":\"x\"}]}",
            "{\"schemaVersion\":1,\"images\":[{\"names\":[\"UPPER\"],\"roots\":[],\"platforms\":[],\"reason\":\"\"}],\"items\":[],\"components\":[],\"blobs\":[]}",
            "{\"schemaVersion\":1,\"x\":"
                + new string('[', 100)
                + new string(']', 100)
                + ",\"images\":[],\"items\":[],\"components\":[],\"blobs\":[]}",
        ];

    [Theory]
    [MemberData(nameof(Indexes))]
    public void An_index_that_is_not_as_it_should_be_is_refused(string index)
    {
        Write(Encoding.UTF8.GetBytes(index.Replace("DIGEST", Any.ToString(), StringComparison.Ordinal)));
        NodeForgeException refused = Assert.Throws<NodeForgeException>(() => BundleFile.Open(In("site.nfb")));
        Assert.Equal(ErrorCodes.BundleInvalid, refused.Diagnostics[0].Code);
    }

    [Fact]
    public void Content_of_more_bytes_than_any_disk_has_is_refused_before_it_is_counted()
    {
        DeltaBlob[] blobs = [.. Enumerable.Range(0, 5000).Select(i => new DeltaBlob(Digest.Of(BitConverter.GetBytes(i)), 1L << 44, "x"))];
        BundleIndex index = new()
        {
            Images = [],
            Items = [],
            Components = [],
            Blobs = [],
            Delta = new(Any, Any, 0, 1024, 3, "x", blobs),
        };
        NodeForgeException refused = Assert.Throws<NodeForgeException>(() => BundleJson.Read(BundleJson.Write(index), "site.nfb"));
        Assert.Equal(ErrorCodes.BundleInvalid, refused.Diagnostics[0].Code);
    }

    [Fact]
    public void An_index_that_names_what_it_does_not_list_or_lists_otherwise_is_refused()
    {
        Digest other = Digest.Of("other"u8);
        Descriptor root = new("x", Any, 0);
        BundledPlatform platform = new("linux/amd64", Any, Any, [Any]);
        BundledImage image = new(["r.example/a:1"], [root], [platform], "");
        BundledReferrer referrer = new(Any, root, [Any]);
        BundleIndex sound = new()
        {
            Images = [image],
            Items = [],
            Referrers = [referrer],
            Components = [],
            Blobs = [new(Any, 0, "x")],
        };
        Write(BundleJson.Write(sound));
        Assert.Single(BundleFile.Open(In("site.nfb")).Index.Images);
        const string Split = "x\r\nX-Evil: 1";
        BundleIndex[] hostile =
        [
            sound with
            {
                Images = [image with { Roots = [new("x", other, 0)] }],
            },
            sound with
            {
                Images = [image with { Roots = [new("x", Any, 1)] }],
            },
            sound with
            {
                Images = [image with { Roots = [new(Split, Any, 0)] }],
            },
            sound with
            {
                Images = [image with { Platforms = [platform with { Manifest = other }] }],
            },
            sound with
            {
                Images = [image with { Platforms = [platform with { Blobs = [Any, other] }] }],
            },
            sound with
            {
                Images = [image with { Platforms = [platform with { Blobs = [Any, Any] }] }],
            },
            sound with
            {
                Referrers = [referrer with { Blobs = [other] }],
            },
            sound with
            {
                Referrers = [referrer with { Manifest = new(Split, Any, 0) }],
            },
            sound with
            {
                Blobs = [new(Any, 0, Split)],
            },
            sound with
            {
                Blobs = [new(Any, 0, new string('x', 256))],
            },
        ];
        foreach (BundleIndex index in hostile)
        {
            Write(BundleJson.Write(index));
            NodeForgeException refused = Assert.Throws<NodeForgeException>(() => BundleFile.Open(In("site.nfb")));
            Assert.Equal(
                (ErrorCodes.BundleInvalid, "the bundle's index is not as it should be"),
                (refused.Diagnostics[0].Code, refused.Diagnostics[0].What)
            );
        }
    }

    [Fact]
    public void An_index_of_nothing_is_one()
    {
        Write("{\"schemaVersion\":1,\"images\":[],\"items\":[],\"components\":[],\"blobs\":[]}"u8.ToArray());
        Assert.Empty(BundleFile.Open(In("site.nfb")).Index.Blobs);
    }

    [Fact]
    public void Numbers_that_a_bundle_may_not_have_are_refused_before_anything_is_made_of_them()
    {
        VolumeHeader sound = new VolumeHeader(default, Any, 10, 1, 1, 0, 1024, "x").Named();
        VolumeHeader[] hostile =
        [
            (sound with { IndexLength = long.MaxValue }).Named(),
            (sound with { IndexLength = -1 }).Named(),
            (sound with { ChunkSize = int.MaxValue }).Named(),
            (sound with { ChunkSize = 0 }).Named(),
            sound with
            {
                Count = int.MaxValue,
            },
            sound with
            {
                Count = 0,
            },
            sound with
            {
                Number = 2,
            },
            sound with
            {
                Number = -1,
            },
            (sound with { VolumeSize = -5 }).Named(),
            sound with
            {
                Set = Any,
            },
        ];
        foreach (VolumeHeader header in hostile)
        {
            File.WriteAllBytes(In("site.nfb"), [.. header.ToBytes(), .. new byte[1000]]);
            Assert.Equal(
                ErrorCodes.BundleInvalid,
                Assert.Throws<NodeForgeException>(() => BundleFile.Open(In("site.nfb"))).Diagnostics[0].Code
            );
        }
    }

    [Fact]
    public void The_longest_index_and_record_are_those_of_the_page()
    {
        const int Most = 61 << 20; // docs/bundle.md, "Header"
        VolumeHeader sound = new VolumeHeader(default, Any, Most, 1, 1, 0, Most, "x").Named();
        Assert.Equal(sound, VolumeHeader.Read(sound.ToBytes(), "site.nfb"));
        VolumeHeader[] longer = [(sound with { IndexLength = Most + 1 }).Named(), (sound with { ChunkSize = Most + 1 }).Named()];
        foreach (VolumeHeader header in longer)
        {
            NodeForgeException refused = Assert.Throws<NodeForgeException>(() => VolumeHeader.Read(header.ToBytes(), "site.nfb"));
            Assert.Equal(ErrorCodes.BundleInvalid, refused.Diagnostics[0].Code);
        }
    }

    [Fact]
    public void Another_version_is_told_as_one()
    {
        byte[] bytes = [.. new VolumeHeader(default, Any, 10, 1, 1, 0, 1024, "x").Named().ToBytes(), .. new byte[1000]];
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), 2);
        SHA256.HashData(bytes.AsSpan(0, 224), bytes.AsSpan(224));
        File.WriteAllBytes(In("site.nfb"), bytes);
        Assert.Equal(
            ErrorCodes.BundleVersionUnknown,
            Assert.Throws<NodeForgeException>(() => BundleFile.Open(In("site.nfb"))).Diagnostics[0].Code
        );
    }

    [Fact]
    public async Task A_record_that_unpacks_to_more_or_less_than_it_says_is_damaged()
    {
        byte[] index = "{\"schemaVersion\":1,\"images\":[],\"items\":[],\"components\":[],\"blobs\":[]}"u8.ToArray();
        using Oci.Compression.ZstdBlockEncoder encoder = new(3);
        foreach (int real in (int[])[100, 1000, 100_000])
        {
            byte[] block = new byte[Oci.Compression.ZstdBlockEncoder.Bound(real)];
            block = block[..encoder.Encode(new byte[real], block)];
            Write(index, new RecordHeader(0, 0, true, block.Length, index.Length, VolumeHeader.Length, Digest.Of(block)), block);
            Assert.Equal(
                ErrorCodes.BundleRecordDamaged,
                Assert.Throws<NodeForgeException>(() => BundleFile.Open(In("site.nfb"))).Diagnostics[0].Code
            );
            Assert.False((await VerifyAsync(In("site.nfb"))).IsSound);
        }
    }

    [Fact]
    public async Task Content_that_was_never_what_its_name_says_is_found_though_every_checksum_is_right()
    {
        byte[] content = "hello"u8.ToArray();
        byte[] index = Encoding.UTF8.GetBytes(
            $"{{\"schemaVersion\":1,\"images\":[],\"items\":[],\"components\":[],\"blobs\":[{{\"digest\":\"{Any}\",\"size\":5,\"mediaType\":\"x\"}}]}}"
        );
        RecordHeader first = new(0, 0, false, index.Length, index.Length, VolumeHeader.Length, Digest.Of(index));
        RecordHeader second = new(1, 0, false, 5, 5, first.End, Digest.Of(content));
        Write(index, [(first, index), (second, content)]);
        Diagnostic problem = Assert.Single((await VerifyAsync(In("site.nfb"))).Problems);
        Assert.Equal(ErrorCodes.BundleBlobDamaged, problem.Code);
    }

    [Fact]
    public void What_is_no_bundle_is_told_as_that()
    {
        foreach (
            byte[] bytes in (byte[][])
                [
                    [],
                    "PK"u8.ToArray(),
                    Noise(1, 100),
                    Noise(1, 100_000),
                    Text(1, 5000),
                ]
        )
        {
            File.WriteAllBytes(In("site.nfb"), bytes);
            Assert.Equal(
                ErrorCodes.NotABundle,
                Assert.Throws<NodeForgeException>(() => BundleFile.Open(In("site.nfb"))).Diagnostics[0].Code
            );
        }

        Assert.Equal(
            ErrorCodes.PathNotUsable,
            Assert.Throws<NodeForgeException>(() => BundleFile.Open(In("nowhere.nfb"))).Diagnostics[0].Code
        );
        Assert.Equal(ErrorCodes.PathNotUsable, Assert.Throws<NodeForgeException>(() => BundleFile.Open(Folder)).Diagnostics[0].Code);
    }

    private void Write(byte[] index) =>
        Write(index, new RecordHeader(0, 0, false, index.Length, index.Length, VolumeHeader.Length, Digest.Of(index)), index);

    private void Write(byte[] index, RecordHeader record, byte[] stored) => Write(index, [(record, stored)]);

    private void Write(byte[] index, (RecordHeader Header, byte[] Stored)[] records)
    {
        byte[] header = new VolumeHeader(default, Digest.Of(index), index.Length, 1, 1, 0, 4096, "x").Named().ToBytes();
        using MemoryStream file = new();
        file.Write(header);
        foreach ((RecordHeader record, byte[] stored) in records)
        {
            byte[] head = new byte[RecordHeader.Length];
            record.Write(head);
            file.Write(head);
            file.Write(stored);
        }

        byte[] directory = VolumeTrailer.DirectoryOf([.. records.Select(record => record.Header)]);
        VolumeTrailer trailer = new(
            file.Length,
            records.Length,
            1,
            1,
            VolumeHeader.Read(header, "").Set,
            VolumeTrailer.DigestOf(header, directory)
        );
        file.Write(directory);
        file.Write(trailer.ToBytes());
        File.WriteAllBytes(In("site.nfb"), file.ToArray());
    }
}
