using FsCheck;
using FsCheck.Fluent;
using NodeForge.Oci.Content;

namespace NodeForge.Oci.Tests.Content;

/// <summary>The checksum by which rot is found in what was hashed before.</summary>
public sealed class QuickSums
{
    private static UInt128 Of(byte[] bytes, params int[] cuts)
    {
        QuickSum sum = new();
        int at = 0;
        foreach (int cut in cuts.Select(cut => Math.Abs(cut % (bytes.Length + 1))).Order())
        {
            sum.Append(bytes.AsSpan(at..cut));
            at = cut;
        }

        sum.Append(bytes.AsSpan(at));
        return sum.Value();
    }

    [Fact]
    public void However_bytes_come_their_sum_is_one() =>
        Prop.ForAll((byte[] bytes, int[] cuts) => Of(bytes) == Of(bytes, cuts)).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_flipped_bit_and_any_other_length_is_another_sum()
    {
        for (int length = 0; length < 100; length++)
        {
            byte[] bytes = [.. Enumerable.Range(0, length).Select(i => (byte)(i * 7))];
            HashSet<UInt128> sums = [Of(bytes)];
            for (int bit = 0; bit < 8 * length; bit++)
            {
                byte[] flipped = [.. bytes];
                flipped[bit / 8] ^= (byte)(1 << (bit % 8));
                Assert.True(sums.Add(Of(flipped)), $"bit {bit} of {length} bytes");
            }

            Assert.True(sums.Add(Of([.. bytes, 0])), $"{length} bytes and a zero");
        }
    }
}
