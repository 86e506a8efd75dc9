using System.Security.Cryptography;
using NodeForge.Bundles.Format;
using NodeForge.Oci;

namespace NodeForge.Bundles.Reading;

/// <summary>Adds up what a bundle's records are: which blobs are whole and have their digests.</summary>
internal sealed class BlobTally(VolumeHeader header) : IDisposable
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly SortedDictionary<int, Entry> entries = [];
    private readonly MemoryStream index = new();
    private int current = -1;

    /// <summary>A record whose bytes are sound.</summary>
    public void Take(int volume, RecordHeader record, ReadOnlySpan<byte> plain)
    {
        Entry entry = Enter(volume, record);
        entry.Length += plain.Length;
        if (entry.IsBroken)
            return;
        hash.AppendData(plain);
        if (record.Blob == 0 && index.Length + plain.Length <= header.IndexLength)
            index.Write(plain);
    }

    /// <summary>A record whose bytes are not.</summary>
    public void Spoil(int volume, RecordHeader record)
    {
        Entry entry = Enter(volume, record);
        entry.IsBroken = true;
        entry.Length += record.PlainLength;
        entry.Volumes.Add(volume);
    }

    /// <summary>The index; null where it cannot be read. Whoever asks has given every record.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.BundleInvalid"/>: it is there as it was written, and wrong.</exception>
    public BundleIndex? ReadIndex(string where)
    {
        Close();
        if (!entries.TryGetValue(0, out Entry? entry) || entry.IsBroken || entry.Length != header.IndexLength)
            return null;
        return entry.Digest == header.IndexDigest
            ? BundleJson.Read(index.ToArray(), where)
            : throw BundleFaults.Invalid(
                where,
                "the bundle's index is not what its header says",
                entry.Digest.ToString(),
                header.IndexDigest.ToString()
            );
    }

    /// <param name="listed">The index.</param>
    /// <param name="useless">Volumes of which nothing, or not all, could be read: what lacks something lacks it there.</param>
    public IEnumerable<DamagedBlob> Damaged(BundleIndex listed, IReadOnlyList<int> useless)
    {
        ILookup<Digest, string> users = Users(listed).ToLookup(use => use.Digest, use => use.User);
        for (int number = 1; number <= listed.Blobs.Count; number++)
        {
            BundledBlob blob = listed.Blobs[number - 1];
            Entry entry = entries.GetValueOrDefault(number) ?? new() { Digest = Digest.Of([]) };
            if (!entry.IsBroken && entry.Length == blob.Size && entry.Digest == blob.Digest)
                continue;
            int[] volumes = [.. entry.Volumes.Concat(entry.Length < blob.Size ? useless : []).Distinct().Order()];
            yield return new(number, blob.Digest, blob.Size, [.. users[blob.Digest].Distinct()], volumes);
        }
    }

    /// <summary>Damaged blobs by their numbers alone, where nobody says what they are.</summary>
    public IEnumerable<DamagedBlob> DamagedWithoutNames() =>
        entries
            .Where(entry => entry.Value.IsBroken)
            .Select(entry => new DamagedBlob(
                entry.Key,
                null,
                entry.Value.Length,
                entry.Key == 0 ? ["the index"] : [],
                [.. entry.Value.Volumes]
            ));

    /// <summary>Whether there are records of blobs that the index does not list.</summary>
    public bool HasMoreThan(BundleIndex listed) => entries.Count > 0 && entries.Keys.Last() > listed.Blobs.Count;

    private static IEnumerable<(Digest Digest, string User)> Users(BundleIndex listed) =>
        listed
            .Images.SelectMany(image =>
                image.Platforms.SelectMany(
                    platform => platform.Blobs,
                    (platform, blob) => (blob, $"{image.DisplayName} {platform.Platform}")
                )
            )
            .Concat(listed.Items.Select(item => (item.Digest, item.Name)))
            .Concat(
                (listed.Delta?.Blobs ?? [])
                    .Where(blob => blob.Delta is not null)
                    .Select(blob => (blob.Delta!.Value, $"what {blob.Digest} is made with"))
            );

    // Blobs come one after the other, so one hash is enough; what comes back later is not in order.
    private Entry Enter(int volume, RecordHeader record)
    {
        if (current != record.Blob)
        {
            Close();
            current = record.Blob;
        }

        if (!entries.TryGetValue(record.Blob, out Entry? entry))
            entries[record.Blob] = entry = new();
        if (entry.IsClosed || record.Part != entry.NextPart)
            entry.IsBroken = true;
        entry.NextPart = record.Part + 1;
        return entry;
    }

    private void Close()
    {
        if (entries.TryGetValue(current, out Entry? entry) && !entry.IsClosed)
        {
            entry.Digest = Digest.FromHash(hash.GetHashAndReset());
            entry.IsClosed = true;
        }
    }

    public void Dispose()
    {
        hash.Dispose();
        index.Dispose();
    }

    private sealed class Entry
    {
        public long Length { get; set; }

        public int NextPart { get; set; }

        public bool IsBroken { get; set; }

        public bool IsClosed { get; set; }

        public Digest Digest { get; set; }

        public SortedSet<int> Volumes { get; } = [];
    }
}
