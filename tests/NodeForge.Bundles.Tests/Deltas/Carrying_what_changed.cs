using FsCheck;
using FsCheck.Fluent;
using NodeForge.Bundles.Deltas;
using NodeForge.Oci;

namespace NodeForge.Bundles.Tests.Deltas;

/// <summary>A delta makes the new file out of the old one, to the byte, is small where little changed, and a damaged one is
/// refused.</summary>
public sealed class Carrying_what_changed
{
    [Fact]
    public void Whatever_is_edited_is_made_again_to_the_byte()
    {
        Gen<(byte[] Old, byte[] New)> pairs =
            from seed in Gen.Choose(0, int.MaxValue)
            from size in Gen.Choose(0, 20_000)
            from edits in Gen.Choose(0, 40)
            select Edited(seed, size, edits);
        Prop.ForAll(pairs.ToArbitrary(), pair => Apply(pair.Old, Encode(pair.Old, pair.New)).AsSpan().SequenceEqual(pair.New))
            .QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 100)]
    [InlineData(100, 0)]
    [InlineData(15, 15)]
    [InlineData(16, 16)]
    public void Files_of_few_bytes_or_none_are_no_exception(int old, int newer)
    {
        byte[] from = Noise(1, old),
            to = Noise(1, newer);
        Assert.Equal(to, Apply(from, Encode(from, to)));
    }

    [Fact]
    public void A_file_longer_than_a_block_is_made_in_blocks()
    {
        byte[] old = Noise(3, 40 << 20);
        byte[] newer = [.. old.AsSpan(1000), .. Noise(4, 5000), .. old.AsSpan(0, 1000)];
        byte[] delta = Encode(old, newer);
        Assert.InRange(delta.Length, 5000, 40_000);
        Assert.Equal(newer, Apply(old, delta));
    }

    [Fact]
    public void Code_whose_addresses_moved_costs_little()
    {
        // A call every 24 bytes, its address 4 bytes, all moved by the same distance: what compiling again does to a program.
        byte[] old = Noise(5, 2 << 20);
        byte[] newer = [.. Noise(6, 1024), .. old];
        for (int at = 1024; at + 4 < newer.Length; at += 24)
            BitConverter.TryWriteBytes(newer.AsSpan(at), BitConverter.ToInt32(newer, at) + 1024);
        Assert.InRange(Encode(old, newer).Length, 1024, newer.Length / 20);
    }

    [Fact]
    public void The_same_two_files_give_the_same_bytes()
    {
        (byte[] old, byte[] newer) = Edited(7, 100_000, 30);
        Assert.Equal(Encode(old, newer), Encode(old, newer));
    }

    [Fact]
    public void A_delta_is_refused_by_another_file()
    {
        (byte[] old, byte[] newer) = Edited(8, 10_000, 10);
        byte[] delta = Encode(old, newer);
        byte[] other = [.. old];
        other[5_000] ^= 1;
        Assert.Same(ErrorCodes.DeltaOfOtherFile, Fails(() => Apply(other, delta)).Code);
        Assert.Same(ErrorCodes.DeltaOfOtherFile, Fails(() => Apply(old[1..], delta)).Code);
        Assert.Same(ErrorCodes.DeltaUnreadable, Fails(() => Apply(old, old)).Code);
    }

    [Fact]
    public void Every_bit_and_every_length_counts()
    {
        (byte[] old, byte[] newer) = Edited(9, 2_000, 10);
        byte[] delta = Encode(old, newer);
        for (int bit = 0; bit < delta.Length * 8; bit += 3)
        {
            byte[] flipped = [.. delta];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            ErrorCode code = Fails(() => Apply(old, flipped)).Code;
            Assert.True(
                code == ErrorCodes.DeltaDamaged
                    || (bit < 88 * 8 && (code == ErrorCodes.DeltaUnreadable || code == ErrorCodes.DeltaOfOtherFile)),
                $"bit {bit}: {code}"
            );
        }

        for (int length = 0; length < delta.Length; length += 7)
            Assert.Contains(Fails(() => Apply(old, delta[..length])).Code, new[] { ErrorCodes.DeltaDamaged, ErrorCodes.DeltaUnreadable });
        Assert.Same(ErrorCodes.DeltaDamaged, Fails(() => Apply(old, [.. delta, 0])).Code);
    }

    [Fact]
    public void A_new_file_that_is_not_what_is_said_of_it_gives_no_delta()
    {
        using MemoryStream output = new();
        NodeForgeException failed = Assert.Throws<NodeForgeException>(() =>
            DeltaEncoder.Encode(new(Digest.Of([1]), 1, Digest.Of([2]), 1), new byte[] { 1 }, new MemoryStream([3]), output, default)
        );
        Assert.Same(ErrorCodes.DigestMismatch, failed.Diagnostics[0].Code);
    }

    private static byte[] Encode(byte[] old, byte[] newer)
    {
        using MemoryStream output = new();
        DeltaEncoder.Encode(new(Digest.Of(old), old.Length, Digest.Of(newer), newer.Length), old, new MemoryStream(newer), output, default);
        return output.ToArray();
    }

    private static byte[] Apply(byte[] old, byte[] delta)
    {
        using MemoryStream output = new();
        DeltaDecoder.Apply(new MemoryStream(old), new MemoryStream(delta), output, "delta", default);
        return output.ToArray();
    }

    private static Diagnostic Fails(Action action) => Assert.Throws<NodeForgeException>(action).Diagnostics[0];

    private static byte[] Noise(int seed, int length)
    {
        byte[] bytes = new byte[length];
        new System.Random(seed).NextBytes(bytes);
        return bytes;
    }

    // Changes, takes out, puts in and moves pieces of a file.
    private static (byte[] Old, byte[] New) Edited(int seed, int size, int edits)
    {
        System.Random random = new(seed);
        byte[] old = Noise(seed, size);
        List<byte> newer = [.. old];
        for (int edit = 0; edit < edits; edit++)
        {
            int at = random.Next(newer.Count + 1),
                length = random.Next(Math.Min(400, newer.Count - at) + 1);
            switch (random.Next(4))
            {
                case 0:
                    newer.RemoveRange(at, length);
                    break;
                case 1:
                    newer.InsertRange(at, Noise(edit, length));
                    break;
                case 2:
                    newer.AddRange(newer.GetRange(at, length));
                    break;
                default:
                    for (int place = at; place < at + length; place += 9)
                        newer[place]++;
                    break;
            }
        }

        return (old, [.. newer]);
    }
}
