using NodeForge.Engines.Connecting;

namespace NodeForge.Engines.Calling;

/// <summary>A connection after the engine switched it to raw bytes.</summary>
internal sealed class UpgradedConnection(Stream bytes, EngineConnection connection, IDisposable owner) : IDisposable
{
    public Stream Bytes => bytes;

    /// <summary>Tells the far side that no more input comes.</summary>
    public ValueTask CloseWriteAsync(CancellationToken cancellationToken) => connection.CloseWriteAsync(cancellationToken);

    public void Dispose()
    {
        bytes.Dispose();
        connection.Dispose();
        owner.Dispose();
    }
}
