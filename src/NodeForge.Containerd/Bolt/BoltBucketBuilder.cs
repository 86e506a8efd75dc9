using System.Text;

namespace NodeForge.Containerd.Bolt;

/// <summary>Gathers the entries of a <see cref="BoltBucket"/>; keys and text are written as UTF-8.</summary>
public sealed class BoltBucketBuilder
{
    private readonly List<BoltEntry> entries = [];

    public BoltBucketBuilder Add(string key, ReadOnlyMemory<byte> value)
    {
        entries.Add(new BoltEntry(Encoding.UTF8.GetBytes(key), value));
        return this;
    }

    public BoltBucketBuilder Add(string key, string value) => Add(key, Encoding.UTF8.GetBytes(value));

    public BoltBucketBuilder Add(string key, BoltBucket bucket)
    {
        entries.Add(new BoltEntry(Encoding.UTF8.GetBytes(key), bucket));
        return this;
    }

    /// <exception cref="ArgumentException">A key was added twice.</exception>
    public BoltBucket Build(ulong sequence = 0) => new(entries, sequence);
}
