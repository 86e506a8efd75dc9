using System.Buffers.Binary;
using System.Security.Cryptography;
using NodeForge.Bundles.Deltas;
using NodeForge.Bundles.Format;
using NodeForge.Bundles.Reading;
using NodeForge.Bundles.Updating;
using NodeForge.Oci;
using NodeForge.Oci.Compression;

namespace NodeForge.Bundles.Tests.Updating;

/// <summary>Deltas that are damaged, or made to deceive, make nothing.</summary>
public sealed class Deltas_that_do_harm : UpdateRoom
{
    private static readonly byte[] Tool = Noise(1, 200_000);

    [Fact]
    public async Task A_changed_bit_is_found_and_a_bundle_does_not_come_out()
    {
        await WholeAsync("old.nfb", ImageOf("r.example/a:1", Layer(("tool", Tool))));
        await DeltaAsync("old.nfb", "delta.nfb", ImageOf("r.example/a:1", Layer(("tool", Edited(Tool, 2)))));
        await ApplyAsync("old.nfb", "right.nfb", "delta.nfb");
        byte[] bytes = File.ReadAllBytes(In("delta.nfb"));
        System.Random random = new(1);
        int passed = 0;
        for (int i = 0; i < 100; i++)
        {
            int at = random.Next(bytes.Length);
            bytes[at] ^= 1;
            File.WriteAllBytes(In("delta.nfb"), bytes);
            // Whoever seeks goes by the directory, and never sees the header before a record.
            if (await Record.ExceptionAsync(() => ApplyAsync("old.nfb", "new.nfb", "delta.nfb")) is { } failure)
                Assert.IsType<NodeForgeException>(failure);
            else
            {
                AssertSame("right.nfb", "new.nfb");
                File.Delete(In("new.nfb"));
                passed++;
            }

            File.WriteAllBytes(In("delta.nfb"), bytes[..at]);
            await Assert.ThrowsAsync<NodeForgeException>(() => ApplyAsync("old.nfb", "new.nfb", "delta.nfb"));
            bytes[at] ^= 1;
        }

        Assert.InRange(passed, 0, 30);
        Assert.False(File.Exists(In("new.nfb")));
        Assert.Empty(Directory.EnumerateFiles(Folder, ".*"));
    }

    [Fact]
    public async Task Damage_of_the_bundle_that_is_there_is_told_and_leaves_nothing()
    {
        await WholeAsync("old.nfb", ImageOf("r.example/a:1", Layer(("tool", Tool))));
        await DeltaAsync("old.nfb", "delta.nfb", ImageOf("r.example/a:1", Layer(("tool", Edited(Tool, 2)))));
        byte[] bytes = File.ReadAllBytes(In("old.nfb"));
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(In("old.nfb"), bytes);
        NodeForgeException failed = await Assert.ThrowsAsync<NodeForgeException>(() => ApplyAsync("old.nfb", "new.nfb", "delta.nfb"));
        Assert.Equal((ErrorCodes.BundleRecordDamaged, In("old.nfb")), (failed.Diagnostics[0].Code, failed.Diagnostics[0].Where!.Resource));
        Assert.False(File.Exists(In("new.nfb")));
        Assert.Empty(Directory.EnumerateFiles(Folder, ".*"));
    }

    public static TheoryData<string> Pieces =>
        ["", "NFBLOBS2", "5,", "1,99,0,5", "1,1,999999999,5", "1,1,0,999999999", "9999999", "0,999999999999", "0,5"];

    [Theory]
    [MemberData(nameof(Pieces))]
    public async Task A_piece_that_asks_for_more_than_there_is_is_refused(string piece)
    {
        await WholeAsync("old.nfb", ImageOf("r.example/a:1", Tool));
        using BlobDeltaStream stream = new(BundleFile.Open(In("old.nfb")), new MemoryStream(PieceOf(piece)), "delta", default);
        if (piece.Length == 0)
        {
            Assert.Equal(0, stream.Read(new byte[1])); // nothing is a blob of no bytes: its digest tells
            return;
        }

        ErrorCode code = Assert.Throws<NodeForgeException>(() => stream.Read(new byte[1])).Diagnostics[0].Code;
        Assert.True(code == ErrorCodes.DeltaDamaged || code == ErrorCodes.DeltaUnreadable, code.Id);
    }

    [Theory]
    [InlineData("2,1,5,1,1,0,1")]
    [InlineData("2,1,0,5,1,4,1")]
    [InlineData("2,2,0,1,1,0,1")]
    public async Task Stretches_that_would_unpack_a_record_again_and_again_are_refused(string piece)
    {
        await WholeAsync("old.nfb", ImageOf("r.example/a:1", Tool));
        using BlobDeltaStream stream = new(BundleFile.Open(In("old.nfb")), new MemoryStream(PieceOf(piece)), "delta", default);
        Diagnostic told = Assert.Throws<NodeForgeException>(() => stream.Read(new byte[1])).Diagnostics[0];
        Assert.Equal((ErrorCodes.DeltaDamaged, "the stretches of a piece are not in order"), (told.Code, told.What));
    }

    [Fact]
    public async Task A_piece_of_very_many_stretches_is_left_when_somebody_cancels()
    {
        await WholeAsync("old.nfb", ImageOf("r.example/a:1", Tool));
        byte[] piece = PieceOf("1000000," + string.Join(',', Enumerable.Repeat("1,0,0", 1_000_000)) + ",0");
        using CancellationTokenSource stop = new();
        using CancellingStream content = new(piece, 10_000, stop);
        using BlobDeltaStream stream = new(BundleFile.Open(In("old.nfb")), content, "delta", stop.Token);
        Assert.Throws<OperationCanceledException>(() => stream.Read(new byte[1]));
        Assert.InRange(content.Position, 10_000, 20_000);
    }

    [Fact]
    public void Streams_of_a_block_that_unpack_to_more_than_any_together_are_refused_before_they_are_unpacked()
    {
        DeltaEnds ends = new(Digest.Of([]), 0, Digest.Of([]), DeltaFormat.BlockBytes);
        byte[] frame = ZstdBlock.Encode(new byte[20 << 20], 1);
        byte[] header = new byte[DeltaFormat.BlockHeaderBytes];
        BinaryPrimitives.WriteInt32LittleEndian(header, DeltaFormat.BlockBytes);
        for (int stream = 0; stream < DeltaFormat.Streams; stream++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(4 + (8 * stream)), 20 << 20);
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8 + (8 * stream)), frame.Length);
        }

        byte[] frames = [.. Enumerable.Repeat(frame, DeltaFormat.Streams).SelectMany(bytes => bytes)];
        byte[] digest = SHA256.HashData([.. DeltaFormat.Header(ends), .. header, .. frames]);
        byte[] delta = [.. DeltaFormat.Header(ends), .. header, .. digest, .. frames];
        Diagnostic told = Assert
            .Throws<NodeForgeException>(() =>
                DeltaDecoder.Apply(new MemoryStream(), new MemoryStream(delta), Stream.Null, "delta", CancellationToken.None)
            )
            .Diagnostics[0];
        Assert.Equal((ErrorCodes.DeltaDamaged, "a block has lengths that none has"), (told.Code, told.What));
    }

    [Fact]
    public async Task A_delta_that_counts_on_what_its_base_does_not_have_or_makes_something_else_is_refused()
    {
        await WholeAsync("old.nfb", ImageOf("r.example/a:1", Layer(("tool", Tool))));
        BundleFile old = BundleFile.Open(In("old.nfb"));
        Digest nowhere = Digest.Of("nowhere"u8);
        BundleIndex index = new()
        {
            Images = [],
            Items = [],
            Components = [],
            Blobs = [],
            Delta = new(old.IndexDigest, nowhere, 0, 1024, 3, ZstdBlockEncoder.NameOf(3), [new(nowhere, 5, "x")]),
        };
        await RefusedAsync(index, ErrorCodes.BundleInvalid);
        await RefusedAsync(index with { Delta = index.Delta! with { Blobs = [] } }, ErrorCodes.BundleInvalid);
        await RefusedAsync(index with { Delta = index.Delta! with { Encoding = "another/3", Blobs = [] } }, ErrorCodes.DeltaOfOtherEncoder);
        await RefusedAsync(index with { Delta = index.Delta! with { Level = 99 } }, ErrorCodes.BundleInvalid);
        await RefusedAsync(
            index with
            {
                Delta = index.Delta! with { Blobs = [new(nowhere, 5, "x", Delta: Digest.Of("x"u8))] },
            },
            ErrorCodes.BundleInvalid
        );
    }

    private static byte[] PieceOf(string piece)
    {
        List<byte> bytes = [.. piece.StartsWith('N') ? System.Text.Encoding.ASCII.GetBytes(piece) : BlobDeltaFormat.Magic.ToArray()];
        foreach (string number in piece.Split(',').Where(number => number.Length > 0 && char.IsDigit(number[0])))
            DeltaFormat.WriteNumber(bytes, ulong.Parse(number, System.Globalization.CultureInfo.InvariantCulture));
        return [.. bytes];
    }

    private sealed class CancellingStream(byte[] bytes, int after, CancellationTokenSource stop) : MemoryStream(bytes)
    {
        public override int ReadByte()
        {
            if (Position == after)
                stop.Cancel();
            return base.ReadByte();
        }
    }

    private async Task RefusedAsync(BundleIndex index, ErrorCode code)
    {
        await Writing.BundleWriter.WriteAsync(new(index, []), In("delta.nfb"), Small(), SilentReporter.Instance, CancellationToken.None);
        NodeForgeException refused = await Assert.ThrowsAsync<NodeForgeException>(() => ApplyAsync("old.nfb", "new.nfb", "delta.nfb"));
        Assert.Equal(code, refused.Diagnostics[0].Code);
        Assert.False(File.Exists(In("new.nfb")));
    }
}
