using NodeForge.Bundles.Format;
using NodeForge.Oci.Content;

namespace NodeForge.Bundles.Reading;

/// <summary>Reads every byte of a bundle once, forwards, and names every volume and blob that is not as it was written.</summary>
public static class BundleVerifier
{
    /// <param name="place">The file; of volumes what they have in common, or one of them.</param>
    /// <exception cref="NodeForgeException">Nothing is there, or nothing that is a bundle.</exception>
    public static Task<BundleReport> VerifyAsync(string place, IForgeReporter reporter, CancellationToken cancellationToken) =>
        Task.Run(
            async () =>
            {
                BundleVolumes volumes = BundleVolumes.Find(place);
                using ForgeStep step = reporter.Step($"verify {volumes.Place}", volumes.Volumes.Sum(volume => volume.File?.Length ?? 0));
                using RecordLedger ledger = new(volumes.Header, step);
                Findings findings = new(volumes, ledger);
                foreach (ExpectedVolume volume in volumes.Volumes)
                    await WalkAsync(volume, findings, cancellationToken).ConfigureAwait(false);
                await ledger.FinishAsync().ConfigureAwait(false);
                step.Finish();
                return findings.Report();
            },
            cancellationToken
        );

    /// <summary>Reads a bundle that comes by once, its volumes one behind the other.</summary>
    /// <param name="content">At its beginning; need not be able to seek.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="NodeForgeException">What comes is no bundle.</exception>
    public static Task<BundleReport> VerifyAsync(
        Stream content,
        string name,
        IForgeReporter reporter,
        CancellationToken cancellationToken
    ) =>
        Task.Run(
            async () =>
            {
                StreamedVolumes streamed = StreamedVolumes.Begin(content, name);
                using ForgeStep step = reporter.Step($"verify {name}");
                using RecordLedger ledger = new(streamed.Header, step);
                await streamed.ReadAsync(ledger, cancellationToken).ConfigureAwait(false);
                await ledger.FinishAsync().ConfigureAwait(false);
                step.Finish();
                return new Findings(streamed.ToVolumes(), ledger).Report();
            },
            cancellationToken
        );

    private static async Task WalkAsync(ExpectedVolume volume, Findings findings, CancellationToken cancellationToken)
    {
        if (volume.File is not { Header: { } header } file)
            return;
        FileStream stream = RegularFile.Open(file.Path);
        await using (stream.ConfigureAwait(false))
        {
            stream.Position = VolumeHeader.Length;
            VolumeWalk walk = new(stream, header, file.Records);
            while (AtomicFile.Guard(file.Path, walk.Next) is { } next)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await findings.Ledger.AddAsync(volume.Number, next.Record, next.Stored).ConfigureAwait(false);
            }

            if (walk.LostAt is { } lost)
                findings.Lose(volume, lost, file.Length - lost);
        }
    }

    /// <summary>What a report is made of.</summary>
    private sealed class Findings(BundleVolumes volumes, RecordLedger ledger)
    {
        private readonly List<Diagnostic> problems = [.. volumes.Volumes.SelectMany(volume => volume.Problems)];
        private readonly HashSet<int> useless = [.. volumes.Volumes.Where(volume => volume.File is null).Select(volume => volume.Number)];

        public RecordLedger Ledger => ledger;

        /// <summary>Nothing from there to the volume's end can be told apart.</summary>
        public void Lose(ExpectedVolume volume, long offset, long length)
        {
            useless.Add(volume.Number);
            // One that ends there was told to be cut.
            if (length > 0)
                problems.Add(BundleFaults.Lost(volume.Path, offset));
        }

        public BundleReport Report()
        {
            BundleIndex? index = ReadIndex();
            problems.AddRange(
                ledger.Damaged.Select(bad =>
                    BundleFaults.RecordDamaged(
                        volumes.Volumes[bad.Volume - 1].Path,
                        bad.Record.Offset,
                        RecordHeader.Length + (long)bad.Record.StoredLength,
                        NameOf(bad.Record.Blob, index)
                    )
                )
            );
            DamagedBlob[] blobs = [.. index is null ? ledger.Tally.DamagedWithoutNames() : ledger.Tally.Damaged(index, [.. useless])];
            problems.AddRange(
                blobs
                    .Where(blob => blob.Volumes.Count == 0)
                    .Select(blob => new Diagnostic(
                        ErrorCodes.BundleBlobDamaged,
                        "a blob is not what its name says, though no byte was changed since it was written"
                    )
                    {
                        Where = new(volumes.Place, Detail: NameOf(blob.Number, index)),
                        Hint = "make the bundle again",
                    })
            );
            if (index is not null && ledger.Tally.HasMoreThan(index))
                problems.AddRange(
                    BundleFaults
                        .Invalid(volumes.Place, "the bundle has records of blobs that its index does not list", null, null)
                        .Diagnostics
                );
            HashSet<int> bad = [.. ledger.Damaged.Select(record => record.Volume), .. useless];
            return new(
                volumes.Place,
                volumes.Header.Set,
                [.. volumes.Volumes.Select(volume => Describe(volume, bad))],
                blobs,
                [.. problems, .. volumes.Left]
            )
            {
                IndexDigest = volumes.Header.IndexDigest,
                Index = index,
                SoundBytes = ledger.SoundBytes,
            };
        }

        private BundleIndex? ReadIndex()
        {
            try
            {
                return ledger.Tally.ReadIndex(volumes.Place);
            }
            catch (NodeForgeException wrong)
            {
                problems.AddRange(wrong.Diagnostics);
                return null;
            }
        }

        private static VolumeReport Describe(ExpectedVolume volume, HashSet<int> bad) =>
            new(
                volume.Number,
                volume.Path,
                volume.File?.Length ?? 0,
                volume.State == VolumeState.Sound && bad.Contains(volume.Number) ? VolumeState.Damaged : volume.State
            );

        private static string NameOf(int blob, BundleIndex? index) =>
            blob == 0 ? "the index"
            : index is not null && blob <= index.Blobs.Count ? $"{index.Blobs[blob - 1].MediaType} {index.Blobs[blob - 1].Digest}"
            : $"blob {blob}";
    }
}
