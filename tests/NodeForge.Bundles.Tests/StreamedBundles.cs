using System.IO.Pipelines;
using NodeForge.Bundles.Reading;

namespace NodeForge.Bundles.Tests;

/// <summary>Bundles that come through a pipe: nothing of them can be read twice, or out of order.</summary>
public sealed class StreamedBundles : BundleRoom
{
    [Fact]
    public async Task Volumes_one_behind_the_other_are_verified_as_they_come()
    {
        byte[] bytes = await StreamAsync();
        BundleReport report = await VerifyAsync(bytes);
        Assert.True(report.IsSound, string.Join('\n', report.Problems));
        Assert.Equal(2, report.Index!.Images.Count);
        Assert.Equal(report.Index.Blobs.Sum(blob => blob.Size), report.SoundBytes);
    }

    [Fact]
    public async Task Each_changed_bit_is_found()
    {
        byte[] bytes = await StreamAsync();
        Random random = new(3);
        for (int i = 0; i < 500; i++)
        {
            int at = random.Next(bytes.Length);
            bytes[at] ^= 4;
            await RefusedAsync(bytes, at);
            bytes[at] ^= 4;
        }
    }

    [Fact]
    public async Task Bytes_that_end_too_early_or_go_on_are_found()
    {
        byte[] bytes = await StreamAsync();
        Random random = new(4);
        foreach (int length in Enumerable.Range(0, 100).Select(_ => random.Next(bytes.Length)))
            await RefusedAsync(bytes[..length], length);
        await RefusedAsync([.. bytes, 0], bytes.Length);
    }

    [Fact]
    public async Task Volumes_in_another_order_are_told()
    {
        IReadOnlyList<string> files = await VolumesAsync();
        byte[] bytes = [.. File.ReadAllBytes(files[0]), .. File.ReadAllBytes(files[2]), .. File.ReadAllBytes(files[1])];
        BundleReport report = await VerifyAsync(bytes);
        Assert.Equal(ErrorCodes.BundleVolumeMisplaced, report.Problems[0].Code);
        NodeForgeException refused = await Assert.ThrowsAsync<NodeForgeException>(() => VerifyAsync(File.ReadAllBytes(files[1])));
        Assert.Equal(ErrorCodes.BundleVolumeMisplaced, refused.Diagnostics[0].Code);
    }

    private async Task<byte[]> StreamAsync() => [.. (await VolumesAsync()).SelectMany(File.ReadAllBytes)];

    private static async Task RefusedAsync(byte[] bytes, int at)
    {
        try
        {
            Assert.False((await VerifyAsync(bytes)).IsSound, $"byte {at}");
        }
        catch (NodeForgeException refused)
        {
            Assert.StartsWith("NF64", refused.Diagnostics[0].Code.Id, StringComparison.Ordinal);
        }
    }

    private static async Task<BundleReport> VerifyAsync(byte[] bytes)
    {
        Pipe pipe = new(new PipeOptions(pauseWriterThreshold: 0));
        await pipe.Writer.WriteAsync(bytes);
        await pipe.Writer.CompleteAsync();
        await using Stream stream = pipe.Reader.AsStream();
        return await BundleVerifier.VerifyAsync(stream, "a pipe", SilentReporter.Instance, CancellationToken.None);
    }
}
