using System.Diagnostics;

namespace NodeForge.Bundles.Serving;

/// <summary>Connections that wait for their client, to ask or to take, those first that have waited longest: where no place is free they
/// make room.</summary>
internal sealed class IdleClients
{
    private readonly LinkedList<(CancellationTokenSource Patience, long Since, TimeSpan Kept)> clients = [];

    /// <param name="patience">Is cancelled to end the connection.</param>
    /// <param name="kept">How long it keeps its place while others wait for one.</param>
    /// <returns>Ends the waiting; is disposed of before <paramref name="patience"/>.</returns>
    public IDisposable Begin(CancellationTokenSource patience, TimeSpan kept)
    {
        lock (clients)
            return new Client(this, clients.AddLast((patience, Stopwatch.GetTimestamp(), kept)));
    }

    /// <summary>Ends the connection that has waited longest of those that have waited too long.</summary>
    public void EndOne()
    {
        lock (clients)
        {
            for (LinkedListNode<(CancellationTokenSource, long, TimeSpan)>? at = clients.First; at is not null; at = at.Next)
            {
                (CancellationTokenSource patience, long since, TimeSpan kept) = at.Value;
                if (Stopwatch.GetElapsedTime(since) < kept)
                    continue;
                clients.Remove(at);
                _ = patience.CancelAsync(); // whoever waits goes on on another thread, without this lock
                return;
            }
        }
    }

    private sealed class Client(IdleClients all, LinkedListNode<(CancellationTokenSource, long, TimeSpan)> node) : IDisposable
    {
        public void Dispose()
        {
            lock (all.clients)
            {
                if (node.List is not null)
                    all.clients.Remove(node);
            }
        }
    }
}
