using NodeForge.Bundles.Format;
using NodeForge.Bundles.Reading;
using NodeForge.Bundles.Writing;
using NodeForge.Oci;

namespace NodeForge.Bundles.Tests;

/// <summary>Whatever happens to a bundle's bytes is found, and told with its place.</summary>
public sealed class DamagedBundles : BundleRoom
{
    [Fact]
    public async Task Each_of_a_thousand_changed_bits_is_found_and_named()
    {
        IReadOnlyList<string> files = await VolumesAsync();
        Random random = new(20261128);
        for (int i = 0; i < 1000; i++)
        {
            string file = files[random.Next(files.Count)];
            byte[] bytes = File.ReadAllBytes(file);
            int at = random.Next(bytes.Length),
                bit = random.Next(8);
            bytes[at] ^= (byte)(1 << bit);
            File.WriteAllBytes(file, bytes);
            BundleReport report = await VerifyAsync(In("site.nfb"));
            Assert.False(report.IsSound, $"bit {bit} of byte {at} of {file}");
            Assert.Equal([file], report.CopyAgain);
            Assert.Contains(
                report.Problems,
                problem => problem.Where!.Resource == file && problem.Hint!.Contains(Path.GetFileName(file), StringComparison.Ordinal)
            );
            bytes[at] ^= (byte)(1 << bit);
            File.WriteAllBytes(file, bytes);
        }

        Assert.True((await VerifyAsync(In("site.nfb"))).IsSound);
    }

    [Fact]
    public async Task Each_changed_bit_of_a_header_or_a_trailer_is_found()
    {
        IReadOnlyList<string> files = await VolumesAsync();
        byte[] bytes = File.ReadAllBytes(files[2]);
        foreach (
            int at in Enumerable
                .Range(0, VolumeHeader.Length)
                .Concat(Enumerable.Range(bytes.Length - VolumeTrailer.Length, VolumeTrailer.Length))
        )
        {
            bytes[at] ^= 0x10;
            File.WriteAllBytes(files[2], bytes);
            BundleReport report = await VerifyAsync(In("site.nfb"));
            Assert.Equal([files[2]], report.CopyAgain);
            Assert.Equal(
                at < VolumeHeader.Length ? ErrorCodes.BundleHeaderDamaged : ErrorCodes.BundleDirectoryDamaged,
                report.Problems[0].Code
            );
            Assert.Throws<NodeForgeException>(() => BundleFile.Open(In("site.nfb")));
            bytes[at] ^= 0x10;
        }
    }

    [Fact]
    public async Task A_changed_bit_of_a_bundle_in_one_file_is_found_too()
    {
        await WriteAsync(In("site.nfb"), Small(), [], ImageOf("r.example/a:1", Text(1, 20_000)));
        byte[] bytes = File.ReadAllBytes(In("site.nfb"));
        Random random = new(1);
        for (int i = 0; i < 300; i++)
        {
            int at = random.Next(bytes.Length);
            bytes[at] ^= 1;
            File.WriteAllBytes(In("site.nfb"), bytes);
            Diagnostic found = await FirstProblemAsync(In("site.nfb"));
            Assert.Equal(In("site.nfb"), found.Where!.Resource);
            bytes[at] ^= 1;
        }
    }

    [Fact]
    public async Task The_volume_the_stretch_the_blob_and_its_image_are_named()
    {
        IReadOnlyList<string> files = await VolumesAsync();
        byte[] bytes = File.ReadAllBytes(files[2]);
        bytes[4000] ^= 1;
        File.WriteAllBytes(files[2], bytes);
        BundleReport report = await VerifyAsync(In("site.nfb"));
        DamagedBlob blob = Assert.Single(report.DamagedBlobs);
        Assert.Equal([3], blob.Volumes);
        Assert.Contains("r.example/", Assert.Single(blob.UsedBy.Take(1)), StringComparison.Ordinal);
        Diagnostic problem = Assert.Single(report.Problems);
        Assert.Equal(ErrorCodes.BundleRecordDamaged, problem.Code);
        Assert.Contains(blob.Digest.ToString()!, problem.Where!.Detail, StringComparison.Ordinal);
        Assert.Equal("copy site.nfb.003 again; no other volume is wrong by this", problem.Hint);
        BundleFile bundle = BundleFile.Open(In("site.nfb"));
        NodeForgeException failed = await Assert.ThrowsAsync<NodeForgeException>(() => ReadAsync(bundle, blob.Digest!.Value));
        Assert.Equal((ErrorCodes.BundleRecordDamaged, files[2]), (failed.Diagnostics[0].Code, failed.Diagnostics[0].Where!.Resource));
        foreach (BundledBlob other in bundle.Index.Blobs.Where(other => other.Digest != blob.Digest))
            Assert.Equal(other.Digest, Digest.Of(await ReadAsync(bundle, other.Digest)));
    }

    [Fact]
    public async Task A_bundle_that_is_cut_anywhere_is_refused_and_told_to_be_copied_again()
    {
        await WriteAsync(In("site.nfb"), Small(), [], ImageOf("r.example/a:1", Text(1, 20_000), Noise(2, 8000)));
        byte[] bytes = File.ReadAllBytes(In("site.nfb"));
        Random random = new(7);
        foreach (int length in Enumerable.Range(0, 200).Select(_ => random.Next(bytes.Length)).Append(0).Append(bytes.Length - 1))
        {
            File.WriteAllBytes(In("site.nfb"), bytes[..length]);
            Diagnostic found = await FirstProblemAsync(In("site.nfb"));
            Assert.True(
                found.Code == ErrorCodes.BundleVolumeCut || (length < 8 && found.Code == ErrorCodes.NotABundle),
                $"{length}: {found}"
            );
            Assert.Throws<NodeForgeException>(() => BundleFile.Open(In("site.nfb")));
        }

        File.WriteAllBytes(In("site.nfb"), [.. bytes, 0]);
        Assert.Equal(ErrorCodes.BundleVolumeCut, (await FirstProblemAsync(In("site.nfb"))).Code);
    }

    [Fact]
    public async Task A_volume_that_is_cut_is_the_one_that_is_named()
    {
        IReadOnlyList<string> files = await VolumesAsync();
        foreach (string file in files)
        {
            byte[] bytes = File.ReadAllBytes(file);
            foreach (int length in (int[])[300, 1344, bytes.Length / 2, bytes.Length - 1])
            {
                File.WriteAllBytes(file, bytes[..length]);
                BundleReport report = await VerifyAsync(In("site.nfb"));
                Assert.Equal([file], report.CopyAgain);
                Assert.Contains(report.Problems, problem => problem.Code == ErrorCodes.BundleVolumeCut);
            }

            File.WriteAllBytes(file, bytes);
        }
    }

    [Fact]
    public async Task Missing_volumes_are_all_named_with_what_lies_in_them()
    {
        IReadOnlyList<string> files = await VolumesAsync();
        File.Delete(files[1]);
        File.Delete(files[4]);
        BundleReport report = await VerifyAsync(In("site.nfb"));
        Assert.Equal([files[1], files[4]], report.CopyAgain);
        Assert.NotEmpty(report.DamagedBlobs);
        Assert.All(report.DamagedBlobs, blob => Assert.True(blob.Volumes.Count > 0 && blob.Volumes.All(volume => volume is 2 or 5)));
        NodeForgeException refused = Assert.Throws<NodeForgeException>(() => BundleFile.Open(In("site.nfb")));
        Assert.Equal([ErrorCodes.BundleVolumeMissing, ErrorCodes.BundleVolumeMissing], refused.Diagnostics.Select(problem => problem.Code));
        File.Delete(files[0]);
        Assert.Equal([files[0], files[1], files[4]], (await VerifyAsync(In("site.nfb"))).CopyAgain);
    }

    [Fact]
    public async Task Swapped_doubled_foreign_and_stale_volumes_are_told_apart()
    {
        IReadOnlyList<string> files = await VolumesAsync();
        byte[][] bytes = [.. files.Select(File.ReadAllBytes)];
        IReadOnlyList<string> others = await VolumesAsync("other.nfb", seed: 100);

        (string Path, byte[] Content)[] swapped = [(files[1], bytes[2]), (files[2], bytes[1])];
        await ExpectAsync(files, bytes, swapped, [(files[1], VolumeState.Misplaced), (files[2], VolumeState.Misplaced)]);
        await ExpectAsync(files, bytes, [(files[3], bytes[1])], [(files[3], VolumeState.Misplaced)]);
        await ExpectAsync(files, bytes, [(files[3], File.ReadAllBytes(others[3]))], [(files[3], VolumeState.Foreign)]);
        await ExpectAsync(files, bytes, [(files[0], File.ReadAllBytes(others[0]))], [(files[0], VolumeState.Foreign)]);
        await ExpectAsync(
            files,
            bytes,
            [(files[2], "not a volume at all, whatever its name says"u8.ToArray())],
            [(files[2], VolumeState.Damaged)]
        );
    }

    [Fact]
    public async Task The_same_bundle_cut_in_another_way_is_another_one()
    {
        IReadOnlyList<string> files = await VolumesAsync();
        Image image = ImageOf("r.example/a:1", Noise(1, 9000), Noise(2, 7000)),
            second = ImageOf("r.example/b:1", Noise(2, 7000), Noise(3, 11000));
        WrittenBundle larger = await WriteAsync(In("larger.nfb"), Small(10_000), [], image, second);
        File.Copy(larger.Files[1], files[1], overwrite: true);
        Assert.Equal(VolumeState.Foreign, (await VerifyAsync(In("site.nfb"))).Volumes[1].State);
    }

    [Fact]
    public async Task What_is_left_of_a_bundle_with_more_volumes_is_told_and_does_no_harm()
    {
        IReadOnlyList<string> files = await VolumesAsync();
        File.Copy(files[0], In("site.nfb.006"));
        BundleReport report = await VerifyAsync(In("site.nfb"));
        Assert.True(report.IsSound);
        Assert.Equal(
            (ErrorCodes.BundleVolumeForeign, Severity.Warning, In("site.nfb.006")),
            (report.Problems[0].Code, report.Problems[0].Severity, report.Problems[0].Where!.Resource)
        );
        BundleFile.Open(In("site.nfb"));
    }

    private async Task ExpectAsync(
        IReadOnlyList<string> files,
        byte[][] sound,
        (string Path, byte[] Content)[] changes,
        (string Path, VolumeState State)[] expected
    )
    {
        foreach ((string path, byte[] content) in changes)
            File.WriteAllBytes(path, content);
        BundleReport report = await VerifyAsync(In("site.nfb"));
        Assert.Equal(
            expected,
            report.Volumes.Where(volume => volume.State != VolumeState.Sound).Select(volume => (volume.Path, volume.State))
        );
        Assert.False(report.IsSound);
        Assert.Equal(expected.Length, Assert.Throws<NodeForgeException>(() => BundleFile.Open(In("site.nfb"))).Diagnostics.Count);
        foreach ((string file, byte[] content) in files.Zip(sound))
            File.WriteAllBytes(file, content);
    }

    private static async Task<Diagnostic> FirstProblemAsync(string file)
    {
        try
        {
            BundleReport report = await VerifyAsync(file);
            Assert.False(report.IsSound);
            return report.Problems[0];
        }
        catch (NodeForgeException refused)
        {
            return refused.Diagnostics[0];
        }
    }
}
