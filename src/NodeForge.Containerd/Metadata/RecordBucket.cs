using System.Text;
using NodeForge.Containerd.Bolt;

namespace NodeForge.Containerd.Metadata;

/// <summary>A bucket of a record, with its path for messages.</summary>
internal sealed record RecordBucket(string File, string Path, BoltBucket Bucket)
{
    public string Name => Path[(Path.LastIndexOf('\n') + 1)..];

    public RecordBucket? Child(string key) => Bucket.FindBucket(key) is { } child ? At(key, child) : null;

    public IEnumerable<RecordBucket> Children() =>
        Bucket.Entries.Where(static entry => entry.Bucket is not null).Select(entry => At(Text(entry.Key), entry.Bucket!));

    public IReadOnlyDictionary<string, string> Texts(string key) =>
        Child(key) is { } texts
            ? texts
                .Bucket.Entries.Where(static entry => entry.Bucket is null)
                .ToDictionary(entry => Text(entry.Key), entry => Text(entry.Value), StringComparer.Ordinal)
            : NoLabels.Instance;

    public string Text(string key) => Text(Value(key));

    public long Number(string key) =>
        GoVarint.TryRead(Value(key).Span) is { } number and >= 0
            ? number
            : throw Invalid($"'{key}' is no number", Convert.ToHexStringLower(Value(key).Span));

    public DateTimeOffset Time(string key) =>
        GoTime.TryRead(Value(key).Span) ?? throw Invalid($"'{key}' is no time", Convert.ToHexStringLower(Value(key).Span));

    public NodeForgeException Invalid(string what, string? got = null) =>
        new(
            new Diagnostic(ErrorCodes.MetadataRecordInvalid, what)
            {
                Where = new(File, Detail: Path.Replace('\n', '/')),
                Got = got,
                Hint = ErrorCodes.MetadataRecordInvalid.Remedy,
            }
        );

    private ReadOnlyMemory<byte> Value(string key) => Bucket.FindValue(key) ?? throw Invalid($"the record has no '{key}'");

    // Names contain slashes, so the parts of a path are kept apart by what no name contains.
    private RecordBucket At(string key, BoltBucket bucket) => new(File, Path.Length == 0 ? key : Path + "\n" + key, bucket);

    private string Text(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return Strict.GetString(bytes.Span);
        }
        catch (DecoderFallbackException failure)
        {
            throw new NodeForgeException(Invalid("a name or value is no UTF-8", BoltFault.Show(bytes.Span)).Diagnostics, failure);
        }
    }

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
}
