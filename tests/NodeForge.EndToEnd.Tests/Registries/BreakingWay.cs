using System.Net;
using System.Net.Sockets;

namespace NodeForge.EndToEnd.Tests.Registries;

/// <summary>A way to a server on loopback that counts the bytes that go over it, and breaks off where it is told to, once.</summary>
internal sealed class BreakingWay : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource ending = new();
    private readonly IPEndPoint server;
    private readonly Task accepting;

    /// <param name="server">Address and port of the server.</param>
    public BreakingWay(string server)
    {
        this.server = IPEndPoint.Parse(server);
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>Host and port, as in a reference.</summary>
    public string Host => listener.LocalEndpoint.ToString()!;

    public Direction There { get; } = new();

    public Direction Back { get; } = new();

    private async Task AcceptAsync()
    {
        List<Task> carried = [];
        try
        {
            while (true)
                carried.Add(CarryAsync(await listener.AcceptTcpClientAsync(ending.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(carried);
        }
    }

    private async Task CarryAsync(TcpClient client)
    {
        using TcpClient near = client,
            far = new();
        await far.ConnectAsync(server, ending.Token);
        Task[] ways =
        [
            There.CarryAsync(near.GetStream(), far.GetStream(), ending.Token),
            Back.CarryAsync(far.GetStream(), near.GetStream(), ending.Token),
        ];
        await Task.WhenAny(ways);
        near.Close();
        far.Close();
        await Task.WhenAll(ways);
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await accepting;
        listener.Dispose();
        ending.Dispose();
    }

    internal sealed class Direction
    {
        private readonly Lock counting = new();
        private long bytes;
        private long breaksAfter = long.MaxValue;
        private byte[] breaksBefore = [];
        private int times;

        /// <summary>How many went over it so far.</summary>
        public long Bytes => Interlocked.Read(ref bytes);

        /// <summary>How often it broke off.</summary>
        public int Broken { get; private set; }

        /// <summary>Breaks the connection off that carries the byte after so many from now.</summary>
        public void BreakAfter(long count)
        {
            lock (counting)
                breaksAfter = bytes + count;
        }

        /// <summary>Breaks the connection off before a request that begins so.</summary>
        /// <param name="request">The request's first bytes; who sends it has waited for the answer to the one before.</param>
        /// <param name="time">Which of those that begin so, from 1.</param>
        public void BreakBefore(ReadOnlySpan<byte> request, int time)
        {
            lock (counting)
                (breaksBefore, times) = (request.ToArray(), time);
        }

        public async Task CarryAsync(NetworkStream from, NetworkStream to, CancellationToken cancellationToken)
        {
            byte[] buffer = new byte[1 << 16];
            try
            {
                while (await from.ReadAsync(buffer, cancellationToken) is > 0 and int read)
                {
                    int going = Count(buffer.AsSpan(0, read));
                    await to.WriteAsync(buffer.AsMemory(0, going), cancellationToken);
                    if (going < read)
                        return;
                }
            }
            catch (Exception end) when (end is IOException or ObjectDisposedException or OperationCanceledException)
            {
                // One of the two has hung up.
            }
        }

        private int Count(ReadOnlySpan<byte> read)
        {
            lock (counting)
            {
                if (breaksBefore.Length > 0 && read.StartsWith(breaksBefore) && --times == 0)
                    breaksAfter = bytes;
                int going = (int)Math.Min(read.Length, breaksAfter - bytes);
                bytes += going;
                if (going == read.Length)
                    return going;
                (breaksAfter, breaksBefore) = (long.MaxValue, []);
                Broken++;
                return going;
            }
        }
    }
}
