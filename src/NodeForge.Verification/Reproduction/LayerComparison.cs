using System.Globalization;
using System.Runtime.CompilerServices;
using NodeForge.Oci;
using NodeForge.Oci.Compression;
using NodeForge.Oci.Tar;
using NodeForge.Verification.Examination;

namespace NodeForge.Verification.Reproduction;

/// <summary>Compares two layers entry by entry; of the first content that differs, byte by byte.</summary>
internal sealed class LayerComparison(int number, Layer? first, Layer? second)
{
    private const int MostTold = 20;
    private const int Shown = 16; // bytes

    public async Task<LayerDifference> RunAsync(CancellationToken cancellationToken)
    {
        string title = first?.Title ?? second?.Title ?? "";
        if (first is null || second is null)
            return new(number, title, first?.Descriptor, second?.Descriptor, false, 0, []);
        if (first.DiffId == second.DiffId)
            return new(number, title, first.Descriptor, second.Descriptor, true, 0, []);
        Task<List<ReadEntry>> whenSecond = Task.Run(() => ReadAsync(second, cancellationToken), cancellationToken);
        List<ReadEntry> ours = await ReadAsync(first, cancellationToken).ConfigureAwait(false);
        List<EntryDifference> found = Differences(ours, await whenSecond.ConfigureAwait(false));
        List<EntryDifference> told = [.. found.Take(MostTold)];
        int content = told.FindIndex(static entry => entry.Fields.Any(static field => field.Name == "content"));
        if (content >= 0)
            told[content] = told[content] with
            {
                FirstByte = await FirstByteAsync(told[content].Path, cancellationToken).ConfigureAwait(false),
            };
        return new(number, title, first.Descriptor, second.Descriptor, false, found.Count, told);
    }

    private static List<EntryDifference> Differences(List<ReadEntry> ours, List<ReadEntry> theirs)
    {
        Dictionary<string, ReadEntry> others = theirs
            .GroupBy(static entry => entry.Header.Path, StringComparer.Ordinal)
            .ToDictionary(static group => group.Key, static group => group.First(), StringComparer.Ordinal);
        HashSet<string> known = new(ours.Select(static entry => entry.Header.Path), StringComparer.Ordinal);
        List<EntryDifference> found = [];
        foreach (ReadEntry entry in ours)
        {
            if (!others.TryGetValue(entry.Header.Path, out ReadEntry? other))
                found.Add(new(entry.Header.Path, EntryChange.Missing, []));
            else if (Fields(entry, other) is { Count: > 0 } fields)
                found.Add(new(entry.Header.Path, EntryChange.Changed, fields));
        }

        found.AddRange(
            theirs
                .Where(entry => !known.Contains(entry.Header.Path))
                .Select(static entry => new EntryDifference(entry.Header.Path, EntryChange.Added, []))
        );
        if (
            found.Count == 0
            && ours.Zip(theirs).FirstOrDefault(static pair => pair.First.Header.Path != pair.Second.Header.Path)
                is { First: { } moved } pair
        )
            found.Add(new(moved.Header.Path, EntryChange.Moved, [new("instead", moved.Header.Path, pair.Second.Header.Path)]));
        return found;
    }

    private static List<FieldDifference> Fields(ReadEntry first, ReadEntry second)
    {
        List<FieldDifference> fields = [];
        TarEntry left = first.Header;
        TarEntry right = second.Header;
        Add("kind", left.Kind.ToString(), right.Kind.ToString());
        Add("mode", Convert.ToString(left.Mode, 8), Convert.ToString(right.Mode, 8));
        Add("owner", FormattableString.Invariant($"{left.Uid}:{left.Gid}"), FormattableString.Invariant($"{right.Uid}:{right.Gid}"));
        Add("modification time", Time(left), Time(right));
        Add("link target", left.LinkTarget, right.LinkTarget);
        Add(
            "device",
            FormattableString.Invariant($"{left.DeviceMajor}:{left.DeviceMinor}"),
            FormattableString.Invariant($"{right.DeviceMajor}:{right.DeviceMinor}")
        );
        foreach (string name in left.ExtendedAttributes.Keys.Union(right.ExtendedAttributes.Keys).Order(StringComparer.Ordinal))
            Add("attribute " + name, Attribute(left, name), Attribute(right, name));
        Add("size", left.Size.ToString(CultureInfo.InvariantCulture), right.Size.ToString(CultureInfo.InvariantCulture));
        Add("content", first.Content?.ToString(), second.Content?.ToString());
        return fields;

        void Add(string name, string? one, string? other)
        {
            if (one != other)
                fields.Add(new(name, one, other));
        }
    }

    private static string Time(TarEntry entry) =>
        entry.ModificationTime is >= -62135596800 and <= 253402300799
            ? DateTimeOffset.FromUnixTimeSeconds(entry.ModificationTime).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
            : entry.ModificationTime.ToString(CultureInfo.InvariantCulture);

    private static string? Attribute(TarEntry entry, string name) =>
        entry.ExtendedAttributes.TryGetValue(name, out byte[]? value) ? Convert.ToHexStringLower(value) : null;

    private static async Task<List<ReadEntry>> ReadAsync(Layer layer, CancellationToken cancellationToken)
    {
        Stream plain = await OpenAsync(layer, cancellationToken).ConfigureAwait(false);
        await using (plain.ConfigureAwait(false))
            return Read(plain, layer, cancellationToken);
    }

    private static List<ReadEntry> Read(Stream plain, Layer layer, CancellationToken cancellationToken)
    {
        List<ReadEntry> entries = [];
        byte[] buffer = new byte[1 << 17];
        using TarReader reader = new(plain, layer.Where.ToString(), options: null, cancellationToken);
        while (reader.Read() is { } entry)
        {
            Digest? content = null;
            if (entry.Kind == TarEntryKind.File)
            {
                using HashingReader hashed = new(reader.Content);
                while (hashed.Read(buffer) > 0)
                    cancellationToken.ThrowIfCancellationRequested();
                content = hashed.Finish();
            }

            entries.Add(new(entry, content));
        }

        return entries;
    }

    private async Task<ByteDifference?> FirstByteAsync(string path, CancellationToken cancellationToken)
    {
        Stream one = await OpenAsync(first!, cancellationToken).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable whenOne = one.ConfigureAwait(false);
        Stream other = await OpenAsync(second!, cancellationToken).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable whenOther = other.ConfigureAwait(false);
        using TarReader left = new(one, first!.Where.ToString(), options: null, cancellationToken);
        using TarReader right = new(other, second!.Where.ToString(), options: null, cancellationToken);
        return GoTo(left, path) && GoTo(right, path) ? FirstByte(left.Content, right.Content) : null;
    }

    private static ByteDifference? FirstByte(Stream left, Stream right)
    {
        byte[] ours = new byte[1 << 16];
        byte[] theirs = new byte[1 << 16];
        for (long offset = 0; ; )
        {
            int mine = left.ReadAtLeast(ours, ours.Length, throwOnEndOfStream: false);
            int other = right.ReadAtLeast(theirs, theirs.Length, throwOnEndOfStream: false);
            int same = ours.AsSpan(0, mine).CommonPrefixLength(theirs.AsSpan(0, other));
            if (same < Math.Max(mine, other))
                return new(offset + same, Hex(ours.AsSpan(same, mine - same)), Hex(theirs.AsSpan(same, other - same)));
            if (mine == 0)
                return null;
            offset += mine;
        }
    }

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes[..Math.Min(bytes.Length, Shown)]);

    private static bool GoTo(TarReader reader, string path)
    {
        while (reader.Read() is { } entry)
        {
            if (entry.Path == path)
                return true;
        }

        return false;
    }

    private static async Task<Stream> OpenAsync(Layer layer, CancellationToken cancellationToken) =>
        Decompression.Open(
            await layer.OpenAsync(cancellationToken).ConfigureAwait(false),
            layer.Where.ToString(),
            Decompression.OfMediaType(layer.Descriptor.MediaType)
        );

    private sealed record ReadEntry(TarEntry Header, Digest? Content);
}
