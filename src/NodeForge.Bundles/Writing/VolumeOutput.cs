using NodeForge.Bundles.Format;
using NodeForge.Oci.Content;

namespace NodeForge.Bundles.Writing;

/// <summary>The volumes of a bundle while they are written, beside their places. Headers and trailers come last: they say how many volumes
/// there are.</summary>
internal sealed class VolumeOutput : IDisposable
{
    /// <summary>A volume has room for its frame, and for the longest record.</summary>
    private const long Frame = VolumeHeader.Length + VolumeTrailer.DirectoryHead + VolumeTrailer.Length;

    // The disk works while the next bytes are made.
    private const int SyncStep = 8 << 20;
    private readonly string target;
    private readonly VolumeHeader header;
    private readonly List<Volume> volumes = [];
    private readonly VolumeParts parts;

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.BundleVolumeSize"/>: a record would not fit.</exception>
    public VolumeOutput(string target, VolumeHeader header)
    {
        this.target = target;
        this.header = header;
        if (header.VolumeSize > 0 && header.VolumeSize < Frame + (2 * RecordHeader.Length) + header.ChunkSize)
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.BundleVolumeSize, "volumes would be smaller than what is in one of them at least")
                {
                    Got = ByteCount.Show(header.VolumeSize),
                    Want = "at least " + ByteCount.Show(header.ChunkSize * 4L),
                    Hint = "choose a larger size",
                }
            );
        VolumeParts.Sweep(target);
        parts = new(target);
        Begin();
    }

    public void Append(RecordHeader record, ReadOnlySpan<byte> bytes)
    {
        Volume volume = volumes[^1];
        long length =
            volume.Length
            + VolumeTrailer.DirectoryLength(volume.Records.Count + 1)
            + VolumeTrailer.Length
            + RecordHeader.Length
            + bytes.Length;
        if (volume.Records.Count > 0 && header.VolumeSize > 0 && length > header.VolumeSize)
            volume = Begin();
        volume.Append(record, bytes);
    }

    /// <summary>Ends every volume and gives them their names, the first one last: without it there is no bundle.</summary>
    /// <returns>The files, and the bytes of all.</returns>
    public (IReadOnlyList<string> Files, long Size) Publish()
    {
        for (int i = 0; i < volumes.Count; i++)
            volumes[i].Finish(header with { Number = i + 1, Count = volumes.Count });
        string[] files = [.. volumes.Select((_, i) => header.VolumeSize == 0 ? target : VolumeNames.PathOf(target, i + 1))];
        VolumePlaces.Publish(target, [.. files.Select((file, i) => ((string?)volumes[i].Temporary, file))]);
        return (files, volumes.Sum(volume => volume.Length));
    }

    private Volume Begin()
    {
        if (volumes.Count == BundleLimits.MostVolumes)
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.BundleVolumeSize, $"the bundle would have more than {BundleLimits.MostVolumes} volumes")
                {
                    Hint = "choose a larger size",
                }
            );
        // The first one stays open, and locked, for as long as there are others: by this they are known to be somebody's.
        if (volumes.Count > 1)
            volumes[^1].Pause();
        volumes.Add(new Volume(parts.Of(volumes.Count + 1)));
        return volumes[^1];
    }

    public void Dispose()
    {
        foreach (Volume volume in Enumerable.Reverse(volumes))
            volume.Dispose();
    }

    private sealed class Volume : IDisposable
    {
        private FileStream file;
        private readonly byte[] head = new byte[RecordHeader.Length];
        private long begun;

        public Volume(string temporary)
        {
            Temporary = temporary;
            file = AtomicFile.Guard(
                temporary,
                () =>
                {
                    Directory.CreateDirectory(Path.GetDirectoryName(temporary)!);
                    return AtomicFile.Create(temporary);
                }
            );
            Write(new byte[VolumeHeader.Length]);
        }

        public string Temporary { get; }

        public long Length { get; private set; }

        public List<RecordHeader> Records { get; } = [];

        public void Append(RecordHeader record, ReadOnlySpan<byte> bytes)
        {
            RecordHeader placed = record with { Offset = Length };
            placed.Write(head);
            Write(head);
            Write(bytes);
            Records.Add(placed);
            if (Length - begun < SyncStep)
                return;
            AtomicFile.BeginSync(file, begun, Length - begun);
            begun = Length;
        }

        // Thousands of volumes are not kept open.
        public void Pause()
        {
            AtomicFile.BeginSync(file, begun, Length - begun);
            file.Dispose();
        }

        public void Finish(VolumeHeader header)
        {
            byte[] first = header.ToBytes();
            byte[] directory = VolumeTrailer.DirectoryOf(Records);
            VolumeTrailer trailer = new(
                Length,
                Records.Count,
                header.Number,
                header.Count,
                header.Set,
                VolumeTrailer.DigestOf(first, directory)
            );
            if (!file.CanWrite)
                file = AtomicFile.Guard(
                    Temporary,
                    () => new FileStream(Temporary, FileMode.Open, FileAccess.Write, FileShare.None, bufferSize: 0) { Position = Length }
                );
            Write(directory);
            Write(trailer.ToBytes());
            AtomicFile.Guard(
                Temporary,
                () =>
                {
                    file.Position = 0;
                    file.Write(first);
                    AtomicFile.Sync(file);
                    if (header.Number > 1)
                        file.Dispose();
                    return 0;
                }
            );
        }

        private void Write(ReadOnlySpan<byte> bytes)
        {
            try
            {
                file.Write(bytes);
            }
            catch (IOException failure)
            {
                throw AtomicFile.Explain(Temporary, failure);
            }

            Length += bytes.Length;
        }

        public void Dispose()
        {
            file.Dispose();
            AtomicFile.Discard(Temporary); // renamed away when all went well
        }
    }
}
