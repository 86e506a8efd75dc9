using System.Formats.Tar;
using NodeForge.Bundles.Format;
using NodeForge.Bundles.Reading;
using NodeForge.Bundles.Updating;
using NodeForge.Bundles.Writing;
using NodeForge.Oci;

namespace NodeForge.Bundles.Tests.Updating;

/// <summary>Bundles of images with files in their layers, and deltas between them.</summary>
public abstract class UpdateRoom : BundleRoom
{
    /// <summary>A layer with these files.</summary>
    protected static byte[] Layer(params (string Path, byte[] Content)[] files)
    {
        using MemoryStream archive = new();
        using (TarWriter writer = new(archive, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach ((string path, byte[] content) in files)
                writer.WriteEntry(
                    new PaxTarEntry(TarEntryType.RegularFile, path)
                    {
                        DataStream = new MemoryStream(content),
                        ModificationTime = DateTimeOffset.UnixEpoch,
                    }
                );
        }

        return archive.ToArray();
    }

    /// <summary>The same bytes with a few changed, and some put in.</summary>
    protected static byte[] Edited(byte[] bytes, int seed)
    {
        byte[] edited = [.. bytes[..(bytes.Length / 3)], .. Noise(seed, 40), .. bytes[(bytes.Length / 3)..]];
        for (int at = 100; at < edited.Length; at += 5000)
            edited[at]++;
        return edited;
    }

    protected Task<WrittenBundle> WholeAsync(string name, params Image[] images) => WriteAsync(In(name), Small(), [], images);

    protected async Task<WrittenBundle> DeltaAsync(
        string there,
        string name,
        BundleOptions options,
        FileToBundle[] files,
        params Image[] images
    )
    {
        BundlePlan whole = BundlePlan.Create([.. images.Select(Alone)], files);
        using DeltaPlan plan = await DeltaPlan.CreateAsync(
            whole,
            BundleBase.Open(In(there)),
            In(name),
            options,
            SilentReporter.Instance,
            CancellationToken.None
        );
        return await BundleWriter.WriteAsync(plan.Plan, In(name), options, SilentReporter.Instance, CancellationToken.None);
    }

    protected Task<WrittenBundle> DeltaAsync(string there, string name, params Image[] images) =>
        DeltaAsync(there, name, Small(), [], images);

    protected Task<WrittenBundle> ApplyAsync(string there, string output, params string[] deltas) =>
        DeltaApplier.ApplyAsync(
            BundleFile.Open(In(there)),
            [.. deltas.Select(delta => BundleFile.OpenDelta(In(delta)))],
            In(output),
            SilentReporter.Instance,
            CancellationToken.None
        );

    protected Task<WrittenBundle> SquashAsync(string there, string output, params string[] deltas) =>
        DeltaApplier.SquashAsync(
            BundleFile.Open(In(there)),
            [.. deltas.Select(delta => BundleFile.OpenDelta(In(delta)))],
            In(output),
            SilentReporter.Instance,
            CancellationToken.None
        );

    protected void AssertSame(string expected, string got) => Assert.Equal(File.ReadAllBytes(In(expected)), File.ReadAllBytes(In(got)));
}
