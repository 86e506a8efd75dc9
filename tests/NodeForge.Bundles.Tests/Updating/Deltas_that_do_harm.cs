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
        List<byte> bytes = [.. piece.StartsWith('N') ? System.Text.Encoding.ASCII.GetBytes(piece) : BlobDeltaFormat.Magic.ToArray()];
        foreach (string number in piece.Split(',').Where(number => number.Length > 0 && char.IsDigit(number[0])))
            DeltaFormat.WriteNumber(bytes, ulong.Parse(number, System.Globalization.CultureInfo.InvariantCulture));
        using BlobDeltaStream stream = new(BundleFile.Open(In("old.nfb")), new MemoryStream([.. bytes]), "delta", default);
        if (piece.Length == 0)
        {
            Assert.Equal(0, stream.Read(new byte[1])); // nothing is a blob of no bytes: its digest tells
            return;
        }

        ErrorCode code = Assert.Throws<NodeForgeException>(() => stream.Read(new byte[1])).Diagnostics[0].Code;
        Assert.True(code == ErrorCodes.DeltaDamaged || code == ErrorCodes.DeltaUnreadable, code.Id);
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

    private async Task RefusedAsync(BundleIndex index, ErrorCode code)
    {
        await Writing.BundleWriter.WriteAsync(new(index, []), In("delta.nfb"), Small(), SilentReporter.Instance, CancellationToken.None);
        NodeForgeException refused = await Assert.ThrowsAsync<NodeForgeException>(() => ApplyAsync("old.nfb", "new.nfb", "delta.nfb"));
        Assert.Equal(code, refused.Diagnostics[0].Code);
        Assert.False(File.Exists(In("new.nfb")));
    }
}
