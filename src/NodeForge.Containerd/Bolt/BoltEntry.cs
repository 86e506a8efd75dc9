namespace NodeForge.Containerd.Bolt;

/// <summary>A key of a bucket with what it names: a value, or a bucket in turn.</summary>
public sealed class BoltEntry
{
    /// <param name="key">1 to 32768 bytes.</param>
    /// <param name="value">Any bytes, none too.</param>
    /// <exception cref="ArgumentOutOfRangeException">The key or the value has a length that bbolt refuses.</exception>
    public BoltEntry(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte> value)
        : this(key)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value.Length, BoltFormat.MaxValueSize, nameof(value));
        Value = value;
    }

    /// <param name="key">1 to 32768 bytes.</param>
    /// <param name="bucket">The bucket under that key.</param>
    /// <exception cref="ArgumentOutOfRangeException">The key has a length that bbolt refuses.</exception>
    public BoltEntry(ReadOnlyMemory<byte> key, BoltBucket bucket)
        : this(key)
    {
        ArgumentNullException.ThrowIfNull(bucket);
        Bucket = bucket;
    }

    private BoltEntry(ReadOnlyMemory<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfZero(key.Length, nameof(key));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(key.Length, BoltFormat.MaxKeySize, nameof(key));
        Key = key;
    }

    public ReadOnlyMemory<byte> Key { get; }

    /// <summary>The value; empty when <see cref="Bucket"/> is set.</summary>
    public ReadOnlyMemory<byte> Value { get; }

    /// <summary>The bucket; null when the entry holds a value.</summary>
    public BoltBucket? Bucket { get; }
}
