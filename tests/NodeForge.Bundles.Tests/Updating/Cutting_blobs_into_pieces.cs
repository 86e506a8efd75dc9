using NodeForge.Bundles.Reading;
using NodeForge.Bundles.Updating;

namespace NodeForge.Bundles.Tests.Updating;

/// <summary>What making a delta holds in memory does not grow with the blob.</summary>
public sealed class Cutting_blobs_into_pieces : UpdateRoom
{
    [Fact]
    public async Task However_long_files_are_a_piece_and_what_it_is_made_of_are_bounded()
    {
        await WriteAsync(In("old.nfb"), ImageOf("r.example/a:1", Layer(("etc/short", Noise(1, 5000)), ("usr/long", new byte[150 << 20]))));
        BundleFile old = BundleFile.Open(In("old.nfb"));
        OldFiles files = OldFiles.Of(old, CancellationToken.None);
        ListedFile[] inside =
        [
            new("etc/short", 512, 5000),
            new("usr/long", 6656, 160 << 20),
            new("etc/other", 6656 + (160 << 20), 30 << 20),
        ];
        long size = inside[^1].Offset + inside[^1].Size + 1024;
        IReadOnlyList<BlobPiece> pieces = BlobPieces.Cut(inside, size, files, number => old.Index.Blobs[number - 1].Size);
        Assert.Equal((0, size), (pieces[0].Begin, pieces[^1].End));
        Assert.All(pieces.Zip(pieces.Skip(1)), pair => Assert.Equal(pair.First.End, pair.Second.Begin));
        Assert.All(
            pieces,
            piece =>
            {
                Assert.InRange(piece.End - piece.Begin, 1, BlobPieces.Most);
                Assert.InRange(piece.Old.Sum(segment => segment.Length), 0, BlobPieces.Most);
                Assert.All(piece.Old, segment => Assert.True(segment.End <= old.Index.Blobs[segment.Blob - 1].Size));
            }
        );
        Assert.Equal(7, pieces.Count);
    }
}
