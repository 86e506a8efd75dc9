using System.Diagnostics;
using System.Text;
using NodeForge.Oci.Compression;
using NodeForge.Oci.Layers;

namespace NodeForge.Oci.Tests.Layers;

public sealed class CompressionTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nodeforge-compression-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static byte[] Text(int length)
    {
        byte[] text = new byte[length];
        Random random = new(7);
        for (int i = 0; i < length; i++)
            text[i] = (byte)random.Next('a', 'e');
        return text;
    }

    private static byte[] Pack(LayerEncoding encoding, byte[] plain)
    {
        using MemoryStream output = new();
        using (Stream encoder = encoding.Encode(output))
            encoder.Write(plain);
        return output.ToArray();
    }

    private static byte[] Unpack(byte[] packed, LayerCompression? expected = null, DecompressionLimits? limits = null)
    {
        using Stream stream = Decompression.Open(new MemoryStream(packed), "blob", expected, limits);
        using MemoryStream plain = new();
        stream.CopyTo(plain);
        return plain.ToArray();
    }

    private static byte[] Program(string name, byte[] input, params string[] arguments)
    {
        ProcessStartInfo start = new(name, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        Task feed = Task.Run(() =>
        {
            process.StandardInput.BaseStream.Write(input);
            process.StandardInput.Close();
        });
        using MemoryStream output = new();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        feed.Wait();
        Assert.Equal(0, process.ExitCode);
        return output.ToArray();
    }

    public static TheoryData<LayerEncoding> Encodings =>
        [LayerEncoding.Gzip, LayerEncoding.Zstd, new LayerEncoding(LayerCompression.Zstd, 19), new LayerEncoding(LayerCompression.Gzip, 1)];

    [Theory]
    [MemberData(nameof(Encodings))]
    public void What_is_packed_is_unpacked_again(LayerEncoding encoding)
    {
        foreach (int length in new[] { 0, 1, 1 << 17, 1_000_001 })
            Assert.Equal(Text(length), Unpack(Pack(encoding, Text(length)), encoding.Compression));
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public void The_same_bytes_are_packed_the_same_however_they_come(LayerEncoding encoding)
    {
        byte[] plain = Text(1_000_001);
        using MemoryStream output = new();
        using (Stream encoder = encoding.Encode(output))
        {
            for (int i = 0; i < plain.Length; i += 1_000)
                encoder.Write(plain.AsSpan(i, Math.Min(1_000, plain.Length - i)));
        }

        Assert.Equal(Pack(encoding, plain), output.ToArray());
    }

    [Fact]
    public void A_gzip_header_tells_neither_time_nor_name()
    {
        byte[] packed = Pack(LayerEncoding.Gzip, [1]);
        Assert.Equal([0x1f, 0x8b, 8, 0, 0, 0, 0, 0], packed[..8]);
    }

    [Fact]
    public void The_systems_gzip_understands_ours() =>
        Assert.Equal(Text(100_000), Program("gzip", Pack(LayerEncoding.Gzip, Text(100_000)), "-dc"));

    [Fact]
    public void Xz_as_the_systems_tar_unpacks_it_is_unpacked()
    {
        string plain = Path.Combine(folder, "f");
        File.WriteAllBytes(plain, Text(500_000));
        byte[] archive = Program("tar", [], "-C", folder, "--xz", "-cf", "-", "f");
        Assert.Equal(LayerCompression.Xz, Decompression.Detect(archive));
        Assert.Equal(Text(500_000), Tar.Read(Decompression.Open(new MemoryStream(archive), "a.tar.xz")).Single().Content);
        // Two streams in one file, as pixz and "cat a.xz b.xz" make them.
        Assert.Equal(2 * Unpack(archive).Length, Unpack([.. archive, .. archive]).Length);
    }

    [Fact]
    public void Several_members_or_frames_are_one_content()
    {
        byte[] gzip = Pack(LayerEncoding.Gzip, [1, 2]);
        byte[] zstd = Pack(LayerEncoding.Zstd, [1, 2]);
        byte[] skippable = [0x5e, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9];
        Assert.Equal([1, 2, 1, 2, 1, 2], Unpack([.. gzip, .. gzip, .. gzip]));
        Assert.Equal([1, 2, 1, 2], Unpack([.. skippable, .. zstd, .. skippable, .. zstd, .. skippable], LayerCompression.Zstd));
    }

    [Theory]
    [InlineData(LayerCompression.Gzip)]
    [InlineData(LayerCompression.Zstd)]
    [InlineData(LayerCompression.Xz)]
    public void Cut_anywhere_it_is_an_error(LayerCompression compression)
    {
        byte[] packed = compression == LayerCompression.Xz ? Xz() : Pack(new LayerEncoding(compression, 3), Text(3_000));
        for (int cut = 6; cut < packed.Length; cut++)
            Assert.Equal(ErrorCodes.CompressedDataInvalid, Tar.Fault(() => Unpack(packed[..cut])).Code);
    }

    [Theory]
    [InlineData(LayerCompression.Gzip)]
    [InlineData(LayerCompression.Zstd)]
    [InlineData(LayerCompression.Xz)]
    public void Other_bytes_after_the_end_are_an_error(LayerCompression compression)
    {
        byte[] packed = compression == LayerCompression.Xz ? Xz() : Pack(new LayerEncoding(compression, 3), Text(3_000));
        Diagnostic fault = Tar.Fault(() => Unpack([.. packed, .. "garbage"u8]));
        Assert.Equal(ErrorCodes.CompressedDataInvalid, fault.Code);
        Assert.Contains("blob, compressed byte ", fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_checksum_or_length_is_an_error()
    {
        byte[] packed = Pack(LayerEncoding.Gzip, Text(3_000));
        foreach (int place in new[] { packed.Length - 8, packed.Length - 1 })
        {
            byte[] damaged = [.. packed];
            damaged[place] ^= 1;
            Assert.Equal(ErrorCodes.CompressedDataInvalid, Tar.Fault(() => Unpack(damaged)).Code);
        }
    }

    [Fact]
    public void Bytes_that_are_not_what_the_media_type_says_are_an_error_that_shows_what_they_are()
    {
        byte[] zstd = Pack(LayerEncoding.Zstd, [1]);
        Diagnostic fault = Tar.Fault(() => Unpack(zstd, LayerCompression.Gzip));
        Assert.Equal((ErrorCodes.CompressionMismatch, "zstd", "gzip"), (fault.Code, fault.Got, fault.Want));
        Assert.Equal(ErrorCodes.CompressionMismatch, Tar.Fault(() => Unpack(zstd, LayerCompression.None)).Code);
        Diagnostic page = Tar.Fault(() =>
            Unpack("<!DOCTYPE html>\u001b[2J<title>Log in to the hotel's network</title>"u8.ToArray(), LayerCompression.Gzip)
        );
        Assert.Contains("beginning '<!DOCTYPE html>\\x1b[2J<title>Log in", page.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_bomb_stops_at_its_limit_before_it_is_unpacked()
    {
        byte[] bomb;
        using (MemoryStream output = new())
        {
            using (Stream encoder = LayerEncoding.Zstd.Encode(output))
            {
                for (int i = 0; i < 1024; i++)
                    encoder.Write(new byte[1 << 20]);
            }

            bomb = output.ToArray();
        }

        Diagnostic ratio = Tar.Fault(() => Drain(bomb, DecompressionLimits.Default));
        Assert.Equal(ErrorCodes.ArchiveTooLarge, ratio.Code);
        Assert.Contains("at most 200 for one", ratio.Want, StringComparison.Ordinal);
        Assert.Contains(
            "at most 1000",
            Tar.Fault(() => Drain(bomb, new DecompressionLimits { MaximumBytes = 1000 })).Want,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_zstd_window_of_more_than_128_MiB_is_refused()
    {
        // Magic, a frame header with a window descriptor of 2^28 (exponent 18), one empty last block.
        byte[] frame = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 18 << 3, 0x01, 0x00, 0x00];
        Diagnostic fault = Tar.Fault(() => Unpack(frame));
        Assert.Equal(ErrorCodes.CompressedDataInvalid, fault.Code);
        Assert.Contains("memory", fault.What, StringComparison.Ordinal);
        frame[5] = 17 << 3;
        Assert.Empty(Unpack(frame));
    }

    [Fact]
    public void Without_compression_the_digest_is_the_diff_ID_and_with_it_the_diff_ID_stays()
    {
        BlobStore store = new(folder);
        LayerEntry[] entries = [Tar.File("a", Text(100_000)), Tar.Directory("d")];
        LayerBlob plain = LayerWriter.WriteToStore(entries, store, LayerEncoding.None, Tar.Epoch);
        Assert.Equal((plain.Descriptor.Digest, MediaTypes.Layer, "none"), (plain.DiffId, plain.Descriptor.MediaType, plain.Encoding));
        foreach (LayerEncoding encoding in new[] { LayerEncoding.Gzip, LayerEncoding.Zstd })
        {
            LayerBlob packed = LayerWriter.WriteToStore(entries, store, encoding, Tar.Epoch);
            Assert.Equal(plain.DiffId, packed.DiffId);
            Assert.NotEqual(packed.DiffId, packed.Descriptor.Digest);
            Assert.Equal(encoding.MediaType, packed.Descriptor.MediaType);
            Assert.Equal(new FileInfo(store.PathOf(packed.Descriptor.Digest)).Length, packed.Descriptor.Size);
            byte[] unpacked = Unpack(
                File.ReadAllBytes(store.PathOf(packed.Descriptor.Digest)),
                Decompression.OfMediaType(packed.Descriptor.MediaType)
            );
            Assert.Equal(packed.DiffId, Digest.Of(unpacked));
            Assert.Matches(@"^(gzip/zlib-ng-\d+\.\d+\.\d+/6|zstd/zstdsharp-\d+\.\d+\.\d+/3)$", packed.Encoding);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(1 << 20)]
    public void The_bytes_of_zstd_are_those_of_the_package_however_they_come_and_whatever_the_machine_has(int piece)
    {
        byte[] content = Encoding.ASCII.GetBytes(string.Join('\n', Enumerable.Range(0, 20_000)));
        using MemoryStream output = new();
        using (Stream encoder = LayerEncoding.Zstd.Encode(output))
        {
            foreach (byte[] part in content.Chunk(piece))
                encoder.Write(part);
        }

        Assert.StartsWith("sha256:e08a8148", Digest.Of(output.ToArray()).ToString(), StringComparison.Ordinal);
        Assert.Equal(content, Unpack(output.ToArray()));
    }

    private static void Drain(byte[] packed, DecompressionLimits limits)
    {
        using Stream stream = Decompression.Open(new MemoryStream(packed), "blob", null, limits);
        stream.CopyTo(Stream.Null);
    }

    // "hello, layers; " twenty times, as xz 5.4 packs it.
    private static byte[] Xz() =>
        Convert.FromHexString(
            "fd377a585a000004e6d6b4460200210116000000742fe5a3e0012b00175d00341949ee8def8c6a558695f0a27bc4fc0ba1424ba50000000093de7497"
                + "c7425f3a000133ac02000000c21b655eb1c467fb020000000004595a"
        );
}
