using System.Formats.Tar;

namespace NodeForge.EndToEnd.Tests.SameBits;

/// <summary>The comparison names what differs: a test of same bits that only said "not equal" would send its reader searching through 250
/// MB.</summary>
[Trait("Category", "EndToEnd")]
public sealed class Comparing_two_layers : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nodeforge-compare-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Equal_layers_have_no_difference() =>
        Assert.Null(LayerComparison.FirstDifference(Write("a", File("etc/x", "same")), Write("b", File("etc/x", "same"))));

    [Fact]
    public void A_byte_of_content_is_named_by_its_place() =>
        Assert.Equal(
            "etc/x: content, byte 2 (of 4 and 4)",
            LayerComparison.FirstDifference(Write("a", File("etc/x", "same")), Write("b", File("etc/x", "sane")))
        );

    [Fact]
    public void A_field_of_a_header_is_named_with_both_values()
    {
        PaxTarEntry changed = File("etc/x", "same");
        changed.Mode = UnixFileMode.UserRead;
        Assert.Equal("etc/x: mode: 644 and 400", LayerComparison.FirstDifference(Write("a", File("etc/x", "same")), Write("b", changed)));
    }

    [Fact]
    public void An_entry_that_only_one_has_is_named() =>
        Assert.Equal(
            "one has '(end)' where the other has 'etc/y'",
            LayerComparison.FirstDifference(Write("a", File("etc/x", "same")), Write("b", File("etc/x", "same"), File("etc/y", "")))
        );

    private static PaxTarEntry File(string name, string content) =>
        new(TarEntryType.RegularFile, name)
        {
            DataStream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(content)),
            Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
            ModificationTime = DateTimeOffset.UnixEpoch,
        };

    private string Write(string name, params PaxTarEntry[] entries)
    {
        string path = Path.Combine(folder, name);
        using FileStream file = System.IO.File.Create(path);
        using TarWriter writer = new(file, TarEntryFormat.Ustar);
        foreach (PaxTarEntry entry in entries)
            writer.WriteEntry(new UstarTarEntry(entry));
        return path;
    }
}
