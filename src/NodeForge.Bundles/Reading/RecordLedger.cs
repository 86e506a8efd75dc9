using System.Buffers;
using NodeForge.Bundles.Format;

namespace NodeForge.Bundles.Reading;

/// <summary>Checks and unpacks records side by side, and adds them up in order.</summary>
internal sealed class RecordLedger(VolumeHeader header, ForgeStep step) : IDisposable
{
    private const int Ahead = 3;
    private readonly BlobTally tally = new(header);
    private readonly Queue<(int Volume, RecordHeader Record, Task<byte[]?> Plain)> pending = new();
    private readonly List<(int Volume, RecordHeader Record)> damaged = [];

    public BlobTally Tally => tally;

    public IReadOnlyList<(int Volume, RecordHeader Record)> Damaged => damaged;

    /// <summary>Bytes of content whose records are sound.</summary>
    public long SoundBytes { get; private set; }

    /// <param name="stored">Rented; null where the record's own header is damaged.</param>
    public Task AddAsync(int volume, RecordHeader record, byte[]? stored)
    {
        pending.Enqueue(
            (
                volume,
                record,
                stored is null ? Task.FromResult<byte[]?>(null) : Task.Run(() => Chunk.Open(record, stored), CancellationToken.None)
            )
        );
        return TakeAsync(Ahead);
    }

    /// <summary>Waits for what is still under way.</summary>
    public Task FinishAsync() => TakeAsync(0);

    private async Task TakeAsync(int left)
    {
        while (pending.Count > left)
        {
            (int volume, RecordHeader record, Task<byte[]?> task) = pending.Dequeue();
            byte[]? plain = await task.ConfigureAwait(false);
            if (plain is null)
            {
                damaged.Add((volume, record));
                tally.Spoil(volume, record);
                continue;
            }

            tally.Take(volume, record, plain.AsSpan(0, record.PlainLength));
            SoundBytes += record.Blob == 0 ? 0 : record.PlainLength;
            ArrayPool<byte>.Shared.Return(plain);
            step.Advance(RecordHeader.Length + record.StoredLength);
        }
    }

    public void Dispose() => tally.Dispose();
}
