using NodeForge.Bundles.Writing;

namespace NodeForge.Bundles.Tests;

/// <summary>What a killed process left of a bundle goes with the next one of its name.</summary>
public sealed class Parts_of_killed_writers : BundleRoom
{
    [Fact]
    public async Task They_are_swept_and_what_somebody_writes_or_called_so_stays()
    {
        string[] left =
        [
            ".site.nfb.4711-abcdefgh.ij1.part",
            ".site.nfb.4711-abcdefgh.ij1.002.part",
            ".site.nfb.4712-zzzzzzzz.000.1234.part", // its first one has its name already
        ];
        string[] stay =
        [
            ".site.nfb.notes.part",
            ".other.nfb.4711-abcdefgh.ij1.part",
            ".site.4711-abcdefgh.ij1.part",
            "site.nfb.4711-abcdefgh.ij1.part",
        ];
        foreach (string name in left.Concat(stay))
            File.WriteAllText(In(name), "half");
        using FileStream written = new(In(".site.nfb.1-abcdefgh.ijk.part"), FileMode.CreateNew, FileAccess.Write, FileShare.None);
        File.WriteAllText(In(".site.nfb.1-abcdefgh.ijk.002.part"), "half");
        await VolumesAsync();
        Assert.Equal(
            stay.Append(".site.nfb.1-abcdefgh.ijk.002.part").Append(".site.nfb.1-abcdefgh.ijk.part").Order(StringComparer.Ordinal),
            Directory.EnumerateFiles(Folder, "*.part").Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
        await WriteAsync(In("site"), ImageOf("r.example/a:1", Noise(1, 100)));
        Assert.False(File.Exists(In(".site.4711-abcdefgh.ij1.part")));
        Assert.True(File.Exists(In(".other.nfb.4711-abcdefgh.ij1.part")));
    }

    [Fact]
    public void Whoever_writes_many_volumes_is_not_swept_by_another()
    {
        Format.VolumeHeader header = new Format.VolumeHeader(default, Oci.Digest.Of("x"u8), 1, 0, 0, 8192, 1024, "x").Named();
        using VolumeOutput output = new(In("site.nfb"), header);
        byte[] bytes = Noise(1, 1000);
        for (int part = 0; part < 40; part++)
            output.Append(new(0, part, false, bytes.Length, bytes.Length, 0, Oci.Digest.Of(bytes)), bytes);
        int parts = Directory.EnumerateFiles(Folder, ".*.part").Count();
        Assert.True(parts > 3);
        VolumeParts.Sweep(In("site.nfb"));
        Assert.Equal(parts, Directory.EnumerateFiles(Folder, ".*.part").Count());
        Assert.Equal(parts, output.Publish().Files.Count);
        Assert.Empty(Directory.EnumerateFiles(Folder, ".*.part"));
    }
}
