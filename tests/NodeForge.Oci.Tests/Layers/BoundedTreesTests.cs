using System.Text;
using NodeForge.Oci.Layers;
using NodeForge.Oci.Tar;

namespace NodeForge.Oci.Tests.Layers;

/// <summary>A few kilobytes that unpack to names, depths and links without end: what is held and how long it takes is bounded by
/// us.</summary>
public sealed class BoundedTreesTests
{
    // Far more than any of these takes; what is not bounded takes minutes.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public void A_path_of_two_thousand_folders_is_refused_before_any_is_made() =>
        Assert.Equal(
            ErrorCodes.ArchiveNameRefused,
            Tar.Fault(() => Tree(new(), Tar.Join(Named(string.Concat(Enumerable.Repeat("a/", 2_000)) + "f"), Tar.End))).Code
        );

    [Fact]
    public void A_path_as_deep_as_may_be_is_read_and_can_be_written()
    {
        string path = string.Concat(Enumerable.Repeat("a/", 255)) + "f";
        Assert.NotNull(Tree(new(), Tar.Write(Tar.File(path))).Find(path));
        Assert.Equal(ErrorCodes.LayerEntryInvalid, Tar.Fault(() => Tar.Write(Tar.File("a/" + path))).Code);
    }

    [Fact]
    public void Implied_folders_are_counted_in_what_is_held()
    {
        byte[] layer = Tar.Join([
            .. Enumerable.Range(0, 100).Select(i => Named($"{i}/" + string.Concat(Enumerable.Repeat("aaaa/", 200)) + "f")),
            Tar.End,
        ]);
        Assert.Equal(ErrorCodes.ImageTreeTooLarge, Tar.Fault(() => Tree(new() { MostNames = 10_000 }, layer)).Code);
        Assert.Equal(ErrorCodes.ImageTreeTooLarge, Tar.Fault(() => Tree(new() { MostBytes = 1_000_000 }, layer)).Code);
        Assert.Equal(100 * 202, Tree(new(), layer).Entries().Count());
    }

    [Fact]
    public void Extended_attributes_are_counted_in_what_is_held()
    {
        byte[] layer = Tar.Write([.. Enumerable.Range(0, 40).Select(i => Tar.File($"f{i}", "", attributes: ("user.a", new byte[60_000])))]);
        Assert.Equal(ErrorCodes.ImageTreeTooLarge, Tar.Fault(() => Tree(new() { MostBytes = 2_000_000 }, layer)).Code);
    }

    [Fact]
    public void Links_that_are_long_are_followed_for_so_many_steps_and_no_deeper_than_a_path()
    {
        byte[] longWay = Tar.Join([
            Link("l", string.Concat(Enumerable.Repeat("x/../", 19))),
            .. Enumerable.Range(0, 200).Select(i => Tar.Entry($"l/{i}", [])),
            Tar.End,
        ]);
        Assert.Equal(ErrorCodes.ImageTreeTooLarge, Tar.Fault(() => Tree(new() { MostSteps = 5_000 }, longWay)).Code);
        byte[] deep = Tar.Join(
            Link("l", string.Concat(Enumerable.Repeat("a/", 45))),
            Link("m", "l/" + string.Concat(Enumerable.Repeat("a/", 40))),
            Link("n", "m/" + string.Concat(Enumerable.Repeat("a/", 40))),
            Link("o", "n/" + string.Concat(Enumerable.Repeat("a/", 40))),
            Link("p", "o/" + string.Concat(Enumerable.Repeat("a/", 40))),
            Link("q", "p/" + string.Concat(Enumerable.Repeat("a/", 40))),
            Link("r", "q/" + string.Concat(Enumerable.Repeat("a/", 40))),
            Tar.Entry("r/f", []),
            Tar.End
        );
        Assert.Equal(ErrorCodes.ImageTreeTooLarge, Tar.Fault(() => Tree(new(), deep)).Code);
    }

    [Fact]
    public void Whiteouts_of_everything_again_and_again_are_applied_for_so_many_steps()
    {
        byte[] layer = Tar.Join([
            .. Enumerable.Range(0, 100).Select(i => Tar.Entry($"d/{i}", [])),
            .. Enumerable.Range(0, 100).Select(_ => Tar.Entry("d/.wh..wh..opq", [])),
            Tar.End,
        ]);
        Assert.Equal(ErrorCodes.ImageTreeTooLarge, Tar.Fault(() => Tree(new() { MostSteps = 5_000 }, layer)).Code);
    }

    [Fact]
    public void Names_of_a_strict_archive_are_counted_with_the_folders_that_they_imply()
    {
        TarPolicy policy = TarPolicy.Strict("programs");
        string deep = string.Concat(Enumerable.Repeat("aaaaaaaaaaaaaaa/", 250));
        Diagnostic refused = Tar.Fault(() =>
        {
            for (int i = 0; i < 1_000; i++)
                policy.Check(new() { Path = $"{i}/{deep}f", Kind = TarEntryKind.File });
        });
        Assert.Equal(ErrorCodes.ArchiveTooLarge, refused.Code);
    }

    [Fact]
    public async Task Reading_a_long_layer_ends_when_it_is_asked_to()
    {
        using CancellationTokenSource stop = new(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Task.Run(() =>
                {
                    using TarReader reader = new(new Endless(), "endless", options: null, stop.Token);
                    while (reader.Read() is not null)
                        continue;
                })
                .WaitAsync(Patience)
        );
    }

    private static RootfsTree Tree(RootfsBudget budget, byte[] layer)
    {
        RootfsTree tree = new(budget);
        using CancellationTokenSource stop = new(Patience);
        tree.Apply(new MemoryStream(layer), "layer", file: null, stop.Token);
        return tree;
    }

    private static byte[] Link(string path, string target) => Tar.Header(path, '2', link: target);

    // GNU's long name.
    private static byte[] Named(string path) =>
        Tar.Join(Tar.Entry("././@LongLink", Encoding.ASCII.GetBytes(path + "\0"), 'L'), Tar.Entry("short", []));

    private static byte[] Pax(char type, string key, string value)
    {
        int rest = key.Length + value.Length + 3;
        int length = rest + $"{rest + 5}".Length;
        return Tar.Entry("pax", Encoding.ASCII.GetBytes($"{length} {key}={value}\n"), type);
    }

    /// <summary>A file of 2^33 - 1 bytes after the other, all of zeros.</summary>
    private sealed class Endless : MemoryStream
    {
        private readonly byte[] header = Tar.Header("zeros", '0', "77777777777");
        private int given;

        public override bool CanSeek => false;

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            int count = Math.Min(buffer.Length, header.Length - given);
            if (count == 0)
            {
                buffer.Clear();
                return buffer.Length;
            }

            header.AsSpan(given, count).CopyTo(buffer);
            given += count;
            return count;
        }
    }
}
