using System.Diagnostics;

namespace NodeForge.Bundles.Serving;

/// <summary>Connections whose request is awaited, those first that have waited longest: where no place is free they make room.</summary>
internal sealed class SilentClients
{
    private readonly LinkedList<(CancellationTokenSource Patience, long Since)> clients = [];

    /// <param name="patience">Is cancelled to end the connection.</param>
    /// <returns>Ends the waiting; is disposed of before <paramref name="patience"/>.</returns>
    public IDisposable Begin(CancellationTokenSource patience)
    {
        lock (clients)
            return new Client(this, clients.AddLast((patience, Stopwatch.GetTimestamp())));
    }

    /// <summary>Ends the connection that has waited longest.</summary>
    /// <param name="least">How long it has to have waited.</param>
    public void EndOne(TimeSpan least)
    {
        lock (clients)
        {
            if (clients.First is not { } first || Stopwatch.GetElapsedTime(first.Value.Since) < least)
                return;
            clients.RemoveFirst();
            _ = first.Value.Patience.CancelAsync(); // whoever waits goes on on another thread, without this lock
        }
    }

    private sealed class Client(SilentClients all, LinkedListNode<(CancellationTokenSource, long)> node) : IDisposable
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
