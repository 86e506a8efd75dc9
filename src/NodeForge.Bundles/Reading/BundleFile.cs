using NodeForge.Bundles.Format;
using NodeForge.Oci;
using NodeForge.Oci.Content;

namespace NodeForge.Bundles.Reading;

/// <summary>A bundle that is read by seek, as a source of images: what is asked for is read and unpacked where it lies, and nothing
/// else.</summary>
public sealed class BundleFile : IImageSource
{
    private readonly BundleVolumes volumes;
    private readonly IReadOnlyList<PlacedRecord> records;
    private readonly Dictionary<Digest, PlacedBlob> blobs = [];
    private readonly IReadOnlyList<(ImageEntry Entry, BundledImage Image)> entries;

    private BundleFile(BundleVolumes volumes, IReadOnlyList<PlacedRecord> records)
    {
        this.volumes = volumes;
        this.records = records;
        PlacedBlob index = new(0, 0, 0, volumes.Header.IndexLength);
        int next = Locate(index, out index);
        Index = BundleJson.Read(ReadIndex(index), FirstVolume);
        for (int i = 0; i < Index.Blobs.Count; i++)
        {
            BundledBlob blob = Index.Blobs[i];
            next = Locate(new(i + 1, next, 0, blob.Size), out PlacedBlob placed);
            blobs.Add(blob.Digest, placed);
        }

        if (next != records.Count)
            throw BundleFaults.Invalid(FirstVolume, "the bundle has records of blobs that its index does not list", null, null);
        entries = [.. Index.Images.Select(image => (EntryOf(image), image))];
    }

    public BundleIndex Index { get; }

    /// <summary>Names the bundle as it is cut and encoded.</summary>
    public Digest Set => volumes.Header.Set;

    /// <summary>The digest of the index, which names every byte of content.</summary>
    public Digest IndexDigest => volumes.Header.IndexDigest;

    /// <summary>The volumes' files, in order, and how long they are.</summary>
    public IReadOnlyList<(string Path, long Size)> Files => [.. volumes.Volumes.Select(volume => (volume.Path, volume.File!.Length))];

    public string Place => volumes.Place;

    private string FirstVolume => volumes.Volumes[0].Path;

    /// <summary>Opens a bundle: every volume has to be there with a sound frame. Content is checked when it is read.</summary>
    /// <param name="place">The file; of volumes what they have in common, or one of them.</param>
    /// <exception cref="NodeForgeException">NF64xx, one problem for each volume that is missing, foreign, misplaced or damaged in its
    /// frame.</exception>
    public static BundleFile Open(string place)
    {
        BundleFile bundle = OpenAny(place);
        return bundle.Index.Delta is { } delta ? throw BundleFaults.IsDelta(bundle.Place, delta) : bundle;
    }

    /// <summary>Opens a delta of a bundle, as <see cref="Open(string)"/> does a whole one.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.BundleIsNoDelta"/>, and as for a whole one.</exception>
    public static BundleFile OpenDelta(string place)
    {
        BundleFile bundle = OpenAny(place);
        return bundle.Index.Delta is null ? throw BundleFaults.IsNoDelta(bundle.Place) : bundle;
    }

    /// <summary>Opens a whole bundle or a delta, to look at.</summary>
    /// <exception cref="NodeForgeException">As for a whole one.</exception>
    public static BundleFile OpenAny(string place) => Open(BundleVolumes.Find(place));

    /// <summary>Opens files that do not have their names yet, a whole bundle or a delta.</summary>
    /// <param name="place">What the bundle will be called.</param>
    /// <param name="files">All of its volumes, in order.</param>
    /// <exception cref="NodeForgeException">As for a whole one.</exception>
    internal static BundleFile OpenInOrder(string place, IReadOnlyList<string> files) => Open(BundleVolumes.InOrder(place, files));

    private static BundleFile Open(BundleVolumes volumes)
    {
        Diagnostic[] problems = [.. volumes.Volumes.SelectMany(volume => volume.Problems)];
        if (problems.Length > 0)
            throw new NodeForgeException(problems);
        return new(
            volumes,
            [.. volumes.Volumes.SelectMany(volume => volume.File!.Records!.Select(record => new PlacedRecord(volume.Number, record)))]
        );
    }

    public ValueTask<IReadOnlyList<ImageEntry>> ListAsync(CancellationToken cancellationToken) =>
        new([.. entries.Select(listed => listed.Entry)]);

    public ValueTask<IReadOnlyList<Descriptor>> RootsAsync(ImageEntry entry, CancellationToken cancellationToken) =>
        new(entries.First(listed => listed.Entry.Content == entry.Content).Image.Roots);

    public ValueTask<long?> SizeOfAsync(Descriptor blob, CancellationToken cancellationToken) =>
        new(blobs.TryGetValue(blob.Digest, out PlacedBlob placed) ? placed.Size : null);

    public ValueTask<IReadOnlyList<Referrer>?> ReferrersAsync(Descriptor subject, CancellationToken cancellationToken) =>
        new([.. Index.About([subject.Digest]).Select(referrer => new Referrer(referrer.Manifest, referrer.Tag))]);

    public ValueTask<Stream> OpenAsync(Descriptor blob, CancellationToken cancellationToken) => new(Open(blob.Digest));

    /// <summary>Opens a blob that is there: an image's, or an item's. Its digest is the reader's to check; damage is told with volume and
    /// place.</summary>
    /// <param name="digest">One of the index.</param>
    /// <param name="offset">The first byte that is wanted: of those before it, none is read but of the record that it lies in.</param>
    public Stream Open(Digest digest, long offset = 0)
    {
        List<PlacedRecord> wanted = [.. Of(blobs[digest])];
        while (wanted.Count > 0 && offset >= wanted[0].Record.PlainLength)
        {
            offset -= wanted[0].Record.PlainLength;
            wanted.RemoveAt(0);
        }

        BlobStream content = new(volumes, wanted, digest.ToString());
        content.Skip((int)offset);
        return wanted.Count > 1 ? new ReadAheadStream(content) : content;
    }

    /// <summary>Writes an item as a file, which appears when it is whole.</summary>
    /// <param name="item">One of the index.</param>
    /// <param name="folder">Where to.</param>
    /// <returns>The file.</returns>
    public string Extract(BundledItem item, string folder)
    {
        string target = Path.Combine(Path.GetFullPath(folder), item.Name);
        using VerifyingStream content = new(Open(item.Digest), item.Digest, item.Size, $"{Place}, {item.Name}");
        AtomicFile.Write(target, file => content.CopyTo(file, 1 << 20));
        const UnixFileMode Read = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        const UnixFileMode Run = Read | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        File.SetUnixFileMode(target, item.Executable ? Run : Read);
        return target;
    }

    /// <summary>What a volume of the bundle says of it.</summary>
    internal VolumeHeader Header => volumes.Header;

    internal bool Has(Digest digest) => blobs.ContainsKey(digest);

    /// <summary>The records of a blob that is there, in order.</summary>
    internal IReadOnlyList<PlacedRecord> RecordsOf(Digest digest) => Of(blobs[digest]);

    internal RecordReader OpenRecords() => new(volumes);

    private static ImageEntry EntryOf(BundledImage image) =>
        new(string.Join(" ", image.Roots.Select(root => root.Digest.ToString())), [.. image.Names.Select(ImageReference.Parse)], image.Tag);

    private IReadOnlyList<PlacedRecord> Of(PlacedBlob placed) =>
        [.. Enumerable.Range(placed.First, placed.Count).Select(at => records[at])];

    /// <summary>Finds the records of a blob: those that follow, part by part, until it is whole.</summary>
    /// <returns>Where the next blob begins.</returns>
    private int Locate(PlacedBlob blob, out PlacedBlob placed)
    {
        int at = blob.First;
        long length = 0;
        while (
            length < blob.Size
            && at < records.Count
            && records[at].Record is { } record
            && record.Blob == blob.Number
            && record.Part == at - blob.First
        )
        {
            length += record.PlainLength;
            at++;
        }

        if (length != blob.Size)
            throw BundleFaults.Invalid(
                FirstVolume,
                $"blob {blob.Number} of the bundle is not whole",
                $"{length} bytes",
                $"{blob.Size} bytes"
            );
        placed = blob with { Count = at - blob.First };
        return at;
    }

    private byte[] ReadIndex(PlacedBlob placed)
    {
        byte[] bytes = new byte[placed.Size];
        using BlobStream content = new(volumes, Of(placed), "the index");
        content.ReadExactly(bytes);
        return Digest.Of(bytes) == volumes.Header.IndexDigest
            ? bytes
            : throw BundleFaults.Invalid(
                FirstVolume,
                "the bundle's index is not what its header says",
                Digest.Of(bytes).ToString(),
                volumes.Header.IndexDigest.ToString()
            );
    }
}

/// <param name="Volume">From 1.</param>
internal sealed record PlacedRecord(int Volume, RecordHeader Record);

/// <param name="Number">As in its records.</param>
/// <param name="First">Its first record, of all of the bundle.</param>
/// <param name="Count">How many it has.</param>
/// <param name="Size">Bytes as it unpacks.</param>
internal readonly record struct PlacedBlob(int Number, int First, int Count, long Size);
