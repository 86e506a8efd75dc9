using System.Formats.Tar;
using NodeForge.Oci.Content;
using NodeForge.Oci.Tests.Transports;
using NodeForge.Oci.Validation;

namespace NodeForge.Oci.Tests.Validation;

public sealed class ValidatingAnImageTests : ImageFolder
{
    [Fact]
    public async Task A_sound_image_gives_its_facts()
    {
        ValidationReport report = await ValidateAsync(BothPlatforms());
        Assert.Empty(report.Problems);
        Assert.Equal(["linux/amd64", "linux/arm64"], report.Images.Select(image => image.Platform.ToString()));
        Assert.Equal(Digest.Of(Arm.Config), report.Images[1].ImageId);
        Assert.Equal(
            (Digest.Of(Amd.Layer), (long)Amd.Layer.Length, 1),
            (report.Images[0].Layers[0].DiffId, report.Images[0].Layers[0].UnpackedSize, report.Images[0].Layers[0].Entries)
        );
        Assert.Equal(Amd.Blobs.Concat(Arm.Blobs).Sum(blob => blob.Length) + BothPlatforms().Size, report.Bytes);
    }

    [Fact]
    public async Task Every_damaged_blob_is_found_in_one_run()
    {
        Descriptor root = BothPlatforms();
        Damage(Amd.Layer);
        Damage(Arm.Layer);
        File.Delete(Store.PathOf(Digest.Of(Arm.Config)));
        ValidationReport report = await ValidateAsync(root);
        Assert.Equal(
            [ErrorCodes.ImageBlobMismatch, ErrorCodes.ImageBlobMissing, ErrorCodes.ImageBlobMismatch],
            report.Problems.Select(problem => problem.Code)
        );
    }

    [Fact]
    public async Task A_path_that_is_twice_in_a_layer_is_named()
    {
        using MemoryStream tar = new();
        using (TarWriter writer = new(tar, TarEntryFormat.Ustar, leaveOpen: true))
        {
            writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "etc/x"));
            writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "./etc/x"));
        }

        ValidationReport report = await OfLayerAsync(tar.ToArray(), MediaTypes.Layer, Digest.Of(tar.ToArray()));
        Diagnostic problem = Assert.Single(report.Problems);
        Assert.Same(ErrorCodes.LayerPathRepeated, problem.Code);
        Assert.Contains("entry 2, 'etc/x'", problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_that_are_not_of_their_media_type_are_named() =>
        Assert.Same(
            ErrorCodes.LayerMediaTypeMismatch,
            Assert.Single((await OfLayerAsync(Amd.Layer, MediaTypes.LayerGzip, Digest.Of(Amd.Layer))).Problems).Code
        );

    [Fact]
    public async Task A_layer_that_ends_early_is_named() =>
        Assert.Same(
            ErrorCodes.LayerUnreadable,
            Assert.Single((await OfLayerAsync(Amd.Layer[..600], MediaTypes.Layer, Digest.Of(Amd.Layer.AsSpan(0, 600)))).Problems).Code
        );

    [Fact]
    public async Task A_diff_id_that_is_not_the_layers_is_named() =>
        Assert.Same(
            ErrorCodes.DiffIdMismatch,
            Assert.Single((await OfLayerAsync(Amd.Layer, MediaTypes.Layer, Digest.Of("x"u8))).Problems).Code
        );

    private async Task<ValidationReport> OfLayerAsync(byte[] layer, string mediaType, Digest diffId)
    {
        Descriptor blob = new(mediaType, Store.Write(layer), layer.Length);
        byte[] config = OciJson.Write(
            new ImageConfig
            {
                Architecture = "amd64",
                Os = "linux",
                RootFs = new("layers", [diffId]),
            }
        );
        byte[] manifest = OciJson.Write(
            new Manifest { Config = new(MediaTypes.Config, Store.Write(config), config.Length), Layers = [blob] }
        );
        return await ValidateAsync(new(MediaTypes.Manifest, Store.Write(manifest), manifest.Length));
    }

    private Task<ValidationReport> ValidateAsync(Descriptor root)
    {
        StoredImages source = new(Store);
        return ImageValidator.ValidateAsync(source, source.Add(root), default);
    }

    private void Damage(byte[] blob)
    {
        string path = Store.PathOf(Digest.Of(blob));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        byte[] bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
    }
}
