using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using NodeForge.Clusters.Images;
using NodeForge.Engines;
using NodeForge.Engines.Images;
using NodeForge.Oci;

namespace NodeForge.Clusters.Tests;

public sealed class ReadingTheEnginesLayers : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nf-layers-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_layer_comes_out_byte_for_byte_whatever_order_its_files_had()
    {
        Gen<(int Size, int Place)[]> files = Gen.Zip(Gen.Choose(0, 3000), Gen.Choose(0, 1000))
            .Select(pair => (pair.Item1, pair.Item2))
            .NonEmptyListOf()
            .Select(list => list.ToArray());
        Prop.ForAll(
                Arb.From(files),
                wanted =>
                {
                    (string Name, byte[] Content)[] inOrder =
                    [
                        .. wanted.Select(
                            (file, number) =>
                                (number.ToString("d4", CultureInfo.InvariantCulture), Enumerable.Repeat((byte)number, file.Size).ToArray())
                        ),
                    ];
                    byte[] layer = LoadingImages.Tar([
                        .. inOrder.Zip(wanted).OrderBy(pair => pair.Second.Place).Select(pair => pair.First),
                    ]);
                    byte[] walked = LoadingImages.Tar([.. inOrder.Select(file => ("7/" + file.Name, file.Content))]);
                    using MemoryStream output = new();
                    using (SplitLayer together = new(Record(layer), new MemoryStream(walked), folder, default))
                        together.CopyTo(output);
                    return output.ToArray().AsSpan().SequenceEqual(layer) && TarSplit.LengthOf(Record(layer)) == layer.Length;
                }
            )
            .QuickCheckThrowOnFailure();
        Assert.Empty(Directory.EnumerateFiles(folder));
    }

    [Fact]
    public void A_folder_that_lacks_a_file_or_has_another_in_its_place_is_refused()
    {
        byte[] record = Record(LoadingImages.Tar(("a", [1, 2, 3])));
        foreach ((string name, byte[] content) in (ReadOnlySpan<(string, byte[])>)[("7/b", [1, 2, 3]), ("7/a", [1, 2])])
        {
            using SplitLayer together = new(record, new MemoryStream(LoadingImages.Tar((name, content))), folder, default);
            Assert.Throws<InvalidDataException>(() => together.CopyTo(Stream.Null));
        }
    }

    [Fact]
    public void A_record_of_another_format_is_refused()
    {
        foreach (string line in (ReadOnlySpan<string>)["{", "{}", """{"type":3}""", """{"type":2,"payload":"*"}""", "[]"])
            Assert.Throws<InvalidDataException>(() => TarSplit.LengthOf(Gzip(line)));
    }

    [Fact]
    public void A_layers_place_follows_from_all_layers_up_to_it()
    {
        Digest[] layers =
        [
            Digest.Parse("sha256:0d3a7e8c1c317264b76d5a2a38f3533f4d3fec8fd8323bfe57855dcc91598025"),
            Digest.Parse("sha256:42963a16bd0c10b9e96ee046136f31d06ca771b1e9ba2cab0c62fcee64aff8ce"),
            Digest.Parse("sha256:6b9fab77efeee74e9c2c99a7f880b02f6b17fb47e60f4781802fe9414c1d4909"),
        ];
        Assert.Equal(layers[0], ChainId.Of(layers.Take(1)));
        Assert.Equal("sha256:057e61cb856c786bd9b013e76e430c4224325e5a6de19b1b9cc5ee4151b85479", ChainId.Of(layers).ToString());
    }

    [Theory]
    [InlineData("overlay2", "/o/2/diff:/o/1/diff", "/o/1/diff /o/2/diff /o/3/diff")]
    [InlineData("overlay2", "/o/2/diff", null)]
    [InlineData("btrfs", "/o/2/diff:/o/1/diff", null)]
    public void The_folders_of_layers_are_told_bottom_first_or_not_at_all(string driver, string lower, string? folders)
    {
        ImageDetails details = new()
        {
            Id = Digest.Of([]).ToString(),
            RootFS = new() { Layers = [.. Enumerable.Repeat(Digest.Of([]).ToString(), 3)] },
            GraphDriver = new()
            {
                Name = driver,
                Data = new() { ["UpperDir"] = "/o/3/diff", ["LowerDir"] = lower },
            },
        };
        Assert.Equal(folders?.Split(' '), OverlayImage.FoldersOf(new EngineImage("a", ["a"], details)));
    }

    [Fact]
    public void An_archives_header_says_sizes_beyond_eight_GiB()
    {
        using MemoryStream stream = new([.. NodeArchives.Header("blobs/sha256/x", 9L << 30), .. new byte[1024]]);
        using NodeForge.Oci.Tar.TarReader reader = new(stream, "test");
        NodeForge.Oci.Tar.TarEntry large = reader.Read()!;
        Assert.Equal(("blobs/sha256/x", 9L << 30), (large.Path, large.Size));
        using System.Formats.Tar.TarReader other = new(new MemoryStream(NodeArchives.Header("index.json", 0)));
        Assert.Equal("index.json", other.GetNextEntry()!.Name);
    }

    // As github.com/vbatts/tar-split writes it: the bytes before each file's content, the file, and what is left at the end.
    private static byte[] Record(byte[] tar)
    {
        StringBuilder lines = new();
        using NodeForge.Oci.Tar.TarReader reader = new(new MemoryStream(tar), "test");
        long from = 0;
        while (reader.Read() is { } entry)
        {
            lines.AppendLine(
                JsonSerializer.Serialize(
                    new
                    {
                        type = 2,
                        payload = tar[(int)from..(int)reader.ContentOffset],
                        position = 0,
                    }
                )
            );
            lines.AppendLine(
                JsonSerializer.Serialize(
                    new
                    {
                        type = 1,
                        name = entry.Path,
                        size = entry.Size,
                        payload = "",
                        position = 0,
                    }
                )
            );
            from = reader.ContentOffset + entry.Size;
        }

        return Gzip(
            lines
                .AppendLine(
                    JsonSerializer.Serialize(
                        new
                        {
                            type = 2,
                            payload = tar[(int)from..],
                            position = 0,
                        }
                    )
                )
                .ToString()
        );
    }

    private static byte[] Gzip(string text)
    {
        using MemoryStream bytes = new();
        using (GZipStream gzip = new(bytes, CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return bytes.ToArray();
    }
}
