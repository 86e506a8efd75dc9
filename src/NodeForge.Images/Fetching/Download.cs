using System.Diagnostics;

namespace NodeForge.Images.Fetching;

/// <summary>A source over all its mirrors: which one next, after which pause, and when to give up.</summary>
internal sealed class Download(IReadOnlyList<IContentOrigin> origins, FetchOptions options, TimeProvider time)
{
    private readonly List<Mirror> mirrors = [.. origins.Select(origin => new Mirror(origin))];

    /// <exception cref="NodeForgeException">No mirror gave it; one diagnostic per mirror that was asked.</exception>
    public async Task RunAsync(PartialFile partial, Transfer transfer, ForgeStep step, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            Mirror mirror = Next() ?? throw new UnreachableException("A mirror is left, else the last failure had ended this.");
            await PauseAsync(mirror, cancellationToken).ConfigureAwait(false);
            try
            {
                await transfer.RunAsync(mirror.Origin, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (TransferFailure failure)
            {
                mirror.Note(failure);
                if (failure.DropPartial)
                {
                    step.Advance(-partial.Length);
                    partial.Restart(null);
                }

                if (attempt >= options.Attempts || Next() is null)
                    throw GivenUp(attempt, failure);
            }
        }
    }

    // A mirror whose partial file was at fault is asked again first; then those that were asked least, in their order.
    private Mirror? Next() =>
        mirrors.Where(mirror => !mirror.Dead).OrderByDescending(mirror => mirror.AtOnce).ThenBy(mirror => mirror.Failures).FirstOrDefault();

    private async Task PauseAsync(Mirror mirror, CancellationToken cancellationToken)
    {
        if (mirror.Failures == 0 || mirror.AtOnce)
            return;
        TimeSpan pause = mirror.RetryAfter ?? Pauses.Before(options.FirstPause, mirror.Failures);
        await Task.Delay(pause, time, cancellationToken).ConfigureAwait(false);
    }

    private NodeForgeException GivenUp(int attempts, TransferFailure last)
    {
        Diagnostic[] told = [.. mirrors.Select(mirror => mirror.Last).OfType<TransferFailure>().Select(failure => failure.Diagnostic)];
        if (attempts > 1)
            told =
            [
                .. told.Select(diagnostic =>
                    diagnostic with
                    {
                        What =
                            $"{diagnostic.What} (gave up after {attempts} attempts on {told.Length} {(told.Length == 1 ? "address" : "addresses")})",
                    }
                ),
            ];
        // Bytes that are wrong weigh more than a mirror that is away: they decide the exit code.
        return new NodeForgeException([.. told.OrderByDescending(diagnostic => diagnostic.Code.ExitCode == ExitCode.Verification)], last);
    }

    private sealed class Mirror(IContentOrigin origin)
    {
        // One download that is whole and wrong may be a proxy's accident; a second one is the mirror's.
        private const int MismatchesAllowed = 2;

        private int mismatches;
        private int restarts;

        public IContentOrigin Origin => origin;

        public int Failures { get; private set; }

        public bool Dead { get; private set; }

        public bool AtOnce { get; private set; }

        public TimeSpan? RetryAfter { get; private set; }

        public TransferFailure? Last { get; private set; }

        public void Note(TransferFailure failure)
        {
            Last = failure;
            Failures++;
            RetryAfter = failure.RetryAfter;
            mismatches += failure.Mismatch ? 1 : 0;
            restarts += failure.Restart ? 1 : 0;
            AtOnce = failure.Restart && restarts == 1;
            Dead = failure.Permanent || mismatches >= MismatchesAllowed;
        }
    }
}
