using NodeForge.Bundles.Format;
using NodeForge.Bundles.Reading;
using NodeForge.Bundles.Updating;
using NodeForge.Bundles.Writing;
using NodeForge.Oci;

namespace NodeForge.Bundles.Tests.Updating;

/// <summary>A delta carries what a bundle lacks, and makes the new one of it to the byte.</summary>
public sealed class Carrying_what_a_site_lacks : UpdateRoom
{
    private static readonly byte[] Kubelet = Noise(1, 300_000);
    private static readonly byte[] Kubectl = Noise(2, 200_000);
    private static readonly byte[] Debian = Layer(("usr/bin/bash", Noise(3, 100_000)));

    private Image Node(string name, byte[] kubelet, byte[] kubectl, string path = "usr/bin/") =>
        ImageOf(name, Debian, Layer((path + "kubelet", kubelet), ("etc/motd", Text(4, 500)), (path + "kubectl", kubectl)));

    [Fact]
    public async Task What_comes_out_is_the_new_bundle_to_the_byte_and_little_is_carried()
    {
        await WholeAsync("old.nfb", Node("r.example/node:1", Kubelet, Kubectl));
        Image next = Node("r.example/node:1", Edited(Kubelet, 5), Edited(Kubectl, 6));
        WrittenBundle whole = await WholeAsync("new.nfb", next);
        WrittenBundle delta = await DeltaAsync("old.nfb", "delta.nfb", next);
        Assert.InRange(delta.Size, 1000, whole.Size / 20);
        Assert.True((await VerifyAsync(In("delta.nfb"))).IsSound);
        await ApplyAsync("old.nfb", "applied.nfb", "delta.nfb");
        AssertSame("new.nfb", "applied.nfb");
    }

    [Fact]
    public async Task Files_volumes_and_layers_that_are_compressed_elsewhere_come_out_the_same()
    {
        BundleOptions options = new()
        {
            ChunkSize = 1024,
            VolumeSize = 100_000,
            Level = 5,
        };
        Directory.CreateDirectory(In("new"));
        File.WriteAllBytes(In("kubectl"), Kubectl);
        File.WriteAllBytes(In("new/kubectl"), Edited(Kubectl, 7));
        File.WriteAllBytes(In("new/packed.gz"), [0x1f, 0x8b, 8, .. Text(8, 100_000)]);
        await WriteAsync(In("old.nfb"), Small(), [new(In("kubectl"), BundledItem.File, "x")], Node("r.example/node:1", Kubelet, Kubectl));
        FileToBundle[] files = [new(In("new/kubectl"), BundledItem.File, "x"), new(In("new/packed.gz"), BundledItem.File, "x")];
        Image[] images =
        [
            Node("r.example/node:2", Edited(Kubelet, 9), Kubectl),
            ImageOf("r.example/pause:1", Platform.LinuxAmd64, MediaTypes.LayerGzip, Text(9, 100_000)),
        ];
        await WriteAsync(In("new.nfb"), options, files, images);
        await DeltaAsync("old.nfb", "delta.nfb", options, files, images);
        WrittenBundle applied = await ApplyAsync("old.nfb", "applied.nfb", "delta.nfb");
        Assert.True(applied.Files.Count > 2);
        for (int i = 1; i <= applied.Files.Count; i++)
            AssertSame($"new.nfb.{i:000}", $"applied.nfb.{i:000}");
        BundleIndex index = BundleFile.OpenAny(In("delta.nfb")).Index;
        Assert.Contains(index.Blobs, blob => blob.MediaType == MediaTypes.LayerGzip);
        Assert.DoesNotContain(index.Blobs, blob => blob.MediaType == MediaTypes.Layer);
        Assert.Equal(2, index.Delta!.Blobs.Count(blob => blob.Delta is not null));
    }

    [Fact]
    public async Task A_file_is_found_in_whatever_layer_it_was_and_under_another_folder()
    {
        await WholeAsync("old.nfb", Node("r.example/node:1", Kubelet, Kubectl));
        Image next = ImageOf("r.example/node:2", Layer(("opt/v2/kubectl", Edited(Kubectl, 5)), ("opt/bash", Noise(3, 100_000))));
        WrittenBundle delta = await DeltaAsync("old.nfb", "delta.nfb", next);
        Assert.InRange(delta.Size, 1000, 20_000);
        await WholeAsync("new.nfb", next);
        await ApplyAsync("old.nfb", "applied.nfb", "delta.nfb");
        AssertSame("new.nfb", "applied.nfb");
    }

    [Fact]
    public async Task A_layer_that_is_new_all_over_is_carried_whole_and_takes_no_more_than_that()
    {
        await WholeAsync("old.nfb", Node("r.example/node:1", Kubelet, Kubectl));
        Image next = ImageOf("r.example/node:2", Debian, Noise(11, 300_000));
        WrittenBundle whole = await WholeAsync("new.nfb", next);
        WrittenBundle delta = await DeltaAsync("old.nfb", "delta.nfb", next);
        Assert.True(delta.Size < whole.Size);
        Assert.All(
            BundleFile.OpenDelta(In("delta.nfb")).Index.Delta!.Blobs.Where(blob => blob.Size > 64 << 10),
            blob => Assert.Null(blob.Delta)
        );
        await ApplyAsync("old.nfb", "applied.nfb", "delta.nfb");
        AssertSame("new.nfb", "applied.nfb");
    }

    [Fact]
    public async Task The_same_bundles_give_the_same_delta()
    {
        await WholeAsync("old.nfb", Node("r.example/node:1", Kubelet, Kubectl));
        Image next = Node("r.example/node:1", Edited(Kubelet, 5), Edited(Kubectl, 6));
        await DeltaAsync("old.nfb", "one.nfb", next);
        await DeltaAsync("old.nfb", "two.nfb", next);
        AssertSame("one.nfb", "two.nfb");
        Assert.Empty(Directory.EnumerateFiles(Folder, ".*"));
    }

    [Fact]
    public async Task Deltas_follow_each_other_in_whatever_order_they_are_named_and_squash_into_one()
    {
        byte[] second = Edited(Kubelet, 5),
            third = Edited(second, 6);
        await WholeAsync("a.nfb", Node("r.example/node:1", Kubelet, Kubectl));
        await WholeAsync("b.nfb", Node("r.example/node:1", second, Kubectl));
        Image last = Node("r.example/node:1", third, Edited(Kubectl, 7));
        await WholeAsync("c.nfb", last);
        await DeltaAsync("a.nfb", "ab.nfb", Node("r.example/node:1", second, Kubectl));
        await DeltaAsync("b.nfb", "bc.nfb", last);
        await ApplyAsync("a.nfb", "applied.nfb", "bc.nfb", "ab.nfb");
        AssertSame("c.nfb", "applied.nfb");
        // Whoever is at the second already does not stumble over the first.
        await ApplyAsync("b.nfb", "again.nfb", "bc.nfb", "ab.nfb");
        AssertSame("c.nfb", "again.nfb");
        await SquashAsync("a.nfb", "ac.nfb", "ab.nfb", "bc.nfb");
        await DeltaAsync("a.nfb", "direct.nfb", last);
        AssertSame("direct.nfb", "ac.nfb");
        Assert.Empty(Directory.EnumerateFiles(Folder, ".*"));
    }

    [Fact]
    public async Task A_base_that_is_not_there_is_refused_before_anything_is_written_and_named_with_what_leads_to_it()
    {
        byte[] second = Edited(Kubelet, 5);
        await WholeAsync("a.nfb", Node("r.example/node:1", Kubelet, Kubectl));
        WrittenBundle b = await WholeAsync("b.nfb", Node("r.example/node:1", second, Kubectl));
        await DeltaAsync("a.nfb", "ab.nfb", Node("r.example/node:1", second, Kubectl));
        await DeltaAsync("b.nfb", "bc.nfb", Node("r.example/node:1", Edited(second, 6), Kubectl));
        NodeForgeException refused = await Assert.ThrowsAsync<NodeForgeException>(() => ApplyAsync("a.nfb", "c.nfb", "bc.nfb"));
        Diagnostic problem = Assert.Single(refused.Diagnostics);
        Assert.Equal((ErrorCodes.DeltaBaseMissing, In("bc.nfb")), (problem.Code, problem.Where!.Resource));
        Assert.Contains(b.Index.ToString(), problem.Want, StringComparison.Ordinal);
        Assert.StartsWith(In("ab.nfb") + " leads to that bundle", problem.Hint, StringComparison.Ordinal);
        Assert.False(File.Exists(In("c.nfb")));
        File.Delete(In("ab.nfb"));
        refused = await Assert.ThrowsAsync<NodeForgeException>(() => ApplyAsync("a.nfb", "c.nfb", "bc.nfb"));
        Assert.Contains("none leads to that bundle", refused.Diagnostics[0].Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_delta_is_no_bundle_and_a_bundle_no_delta()
    {
        Image image = Node("r.example/node:1", Kubelet, Kubectl);
        await WholeAsync("old.nfb", image);
        await DeltaAsync("old.nfb", "delta.nfb", image);
        Assert.Equal(ErrorCodes.BundleIsDelta, Fails(() => BundleFile.Open(In("delta.nfb"))).Code);
        Assert.Equal(ErrorCodes.BundleIsNoDelta, Fails(() => BundleFile.OpenDelta(In("old.nfb"))).Code);
        Assert.Empty(BundleFile.OpenDelta(In("delta.nfb")).Index.Blobs);
        await ApplyAsync("old.nfb", "same.nfb", "delta.nfb");
        AssertSame("old.nfb", "same.nfb");
    }

    [Fact]
    public async Task Of_an_inventory_that_came_back_by_hand_new_blobs_are_carried_whole()
    {
        await WholeAsync("old.nfb", Node("r.example/node:1", Kubelet, Kubectl));
        string text = BundleInventory.Of(BundleFile.Open(In("old.nfb"))).ToText();
        Assert.InRange(text.Length, 100, 400);
        File.WriteAllText(In("page.txt"), text.Replace("\n", "  \r\n", StringComparison.Ordinal));
        Image next = Node("r.example/node:1", Edited(Kubelet, 5), Kubectl);
        await DeltaAsync("page.txt", "delta.nfb", next);
        Assert.Equal(3, BundleFile.OpenDelta(In("delta.nfb")).Index.Blobs.Count); // manifest, config, layer; Debian's is there
        await WholeAsync("new.nfb", next);
        await ApplyAsync("old.nfb", "applied.nfb", "delta.nfb");
        AssertSame("new.nfb", "applied.nfb");
        foreach (string wrong in (string[])[text[..^3], text[..40], text.Replace("old", "new", StringComparison.Ordinal)])
        {
            File.WriteAllText(In("page.txt"), wrong);
            Assert.Equal(ErrorCodes.InventoryUnreadable, Fails(() => BundleBase.Open(In("page.txt"))).Code);
        }
    }

    [Fact]
    public async Task What_a_delta_does_not_change_comes_out_in_the_same_records()
    {
        Image Site(byte[] tool) =>
            ImageOf("r.example/a:1", Platform.LinuxAmd64, MediaTypes.LayerGzip, [0x1f, 0x8b, 8, .. Noise(3, 9000)], Text(4, 9000), tool);
        FileToBundle[] files = [new(In("packed.gz"), BundledItem.File, "x"), new(In("text"), BundledItem.File, "x")];
        File.WriteAllBytes(In("packed.gz"), [0x1f, 0x8b, 8, .. Text(5, 9000)]);
        File.WriteAllBytes(In("text"), Text(6, 9000));
        await WriteAsync(In("old.nfb"), Small(), files, Site(Noise(7, 5000)));
        await WriteAsync(In("new.nfb"), Small(), files, Site(Noise(8, 5000)));
        await DeltaAsync("old.nfb", "delta.nfb", Small(), files, Site(Noise(8, 5000)));
        await ApplyAsync("old.nfb", "applied.nfb", "delta.nfb");
        AssertSame("new.nfb", "applied.nfb");
        BundleFile old = BundleFile.Open(In("old.nfb")),
            applied = BundleFile.Open(In("applied.nfb"));
        BundledBlob[] kept = [.. applied.Index.Blobs.Where(blob => old.Has(blob.Digest))];
        Assert.Equal(4, kept.Length); // two layers and two files; manifest, config and a layer are new
        foreach (BundledBlob blob in kept)
            Assert.Equal(StoredOf(old, blob.Digest), StoredOf(applied, blob.Digest));
        Assert.Contains(kept, blob => applied.RecordsOf(blob.Digest).All(placed => placed.Record.Compressed));
        Assert.Equal(3, kept.Count(blob => applied.RecordsOf(blob.Digest).All(placed => !placed.Record.Compressed)));
        Assert.DoesNotContain(BundleFile.OpenDelta(In("delta.nfb")).Index.Blobs, blob => old.Has(blob.Digest));
    }

    private static byte[] StoredOf(BundleFile bundle, Digest blob)
    {
        byte[] file = File.ReadAllBytes(bundle.Place);
        return
        [
            .. bundle
                .RecordsOf(blob)
                .SelectMany(placed => file.AsSpan((int)placed.Record.Offset + RecordHeader.Length, placed.Record.StoredLength).ToArray()),
        ];
    }

    [Fact]
    public async Task Two_that_make_the_same_bundle_at_once_leave_each_other_alone()
    {
        byte[] second = Edited(Kubelet, 5);
        await WholeAsync("a.nfb", Node("r.example/node:1", Kubelet, Kubectl));
        await WholeAsync("b.nfb", Node("r.example/node:1", second, Kubectl));
        Image last = Node("r.example/node:1", Edited(second, 6), Kubectl);
        await WholeAsync("c.nfb", last);
        await DeltaAsync("a.nfb", "ab.nfb", Node("r.example/node:1", second, Kubectl));
        await DeltaAsync("b.nfb", "bc.nfb", last);
        int others = 0;
        // The other one runs, from its beginning to its end, when the first has made the step on the way.
        AtTheStep reporter = new(
            $"write {In("applied.nfb")}",
            () =>
            {
                others++;
                ApplyAsync("a.nfb", "applied.nfb", "ab.nfb", "bc.nfb").GetAwaiter().GetResult();
            }
        );
        BundleFile[] deltas = [BundleFile.OpenDelta(In("ab.nfb")), BundleFile.OpenDelta(In("bc.nfb"))];
        await DeltaApplier.ApplyAsync(BundleFile.Open(In("a.nfb")), deltas, In("applied.nfb"), reporter, CancellationToken.None);
        Assert.Equal(1, others);
        AssertSame("c.nfb", "applied.nfb");
        Assert.Empty(Directory.EnumerateFileSystemEntries(Folder, ".*"));
    }

    [Fact]
    public async Task What_a_killed_apply_left_goes_with_the_next_one_and_what_somebody_works_on_stays()
    {
        Image image = Node("r.example/node:1", Kubelet, Kubectl);
        await WholeAsync("a.nfb", image);
        await DeltaAsync("a.nfb", "aa.nfb", image);
        string[] names =
        [
            ".b.nfb.1-abcdefgh.ij1.between",
            ".b.nfb.2-abcdefgh.ij2.between",
            ".b.nfb.3-abcdefgh.ij3.between",
            ".other.nfb.4-abcdefgh.ij4.between",
        ];
        foreach (string name in names)
        {
            Directory.CreateDirectory(In(name));
            File.WriteAllText(In(name + "/0.nfb"), "half");
        }

        File.WriteAllText(In(names[1] + ".lock"), "");
        using FileStream living = new(In(names[2] + ".lock"), FileMode.CreateNew, FileAccess.Write, FileShare.None);
        await ApplyAsync("a.nfb", "b.nfb", "aa.nfb");
        Assert.Equal(
            [names[2], names[2] + ".lock", names[3]],
            Directory.EnumerateFileSystemEntries(Folder, ".*").Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
    }

    /// <summary>Does something once, when a step begins.</summary>
    private sealed class AtTheStep(string name, Action action) : IForgeReporter
    {
        private bool done;

        public void Report(ForgeEvent happened)
        {
            if (done || happened is not StepStarted started || started.Title != name)
                return;
            done = true;
            action();
        }
    }

    private static Diagnostic Fails(Action action) => Assert.Throws<NodeForgeException>(action).Diagnostics[0];
}
