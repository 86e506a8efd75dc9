using System.Collections.Concurrent;
using System.Globalization;
using NodeForge.Oci;

namespace NodeForge.TestSupport.Registry;

/// <summary>What a registry holds: blobs and manifests by repository.</summary>
internal sealed class RegistryContent
{
    private readonly ConcurrentDictionary<(string Repository, Digest Digest), byte[]> blobs = new();
    private readonly ConcurrentDictionary<(string Repository, string Reference), (byte[] Bytes, string MediaType)> manifests = new();

    private readonly ConcurrentDictionary<string, byte[]> uploads = new(StringComparer.Ordinal);
    private int lastUpload;

    /// <summary>Begins an upload; its name.</summary>
    public string BeginUpload()
    {
        string name = Interlocked.Increment(ref lastUpload).ToString(CultureInfo.InvariantCulture);
        uploads[name] = [];
        return name;
    }

    /// <summary>What an upload has so far; null for none.</summary>
    public byte[]? Upload(string name) => uploads.GetValueOrDefault(name);

    public void AddToUpload(string name, byte[] bytes) => uploads[name] = [.. uploads[name], .. bytes];

    public void EndUpload(string name) => uploads.TryRemove(name, out _);

    public void ForgetUploads() => uploads.Clear();

    public Digest AddBlob(string repository, byte[] content)
    {
        Digest digest = Digest.Of(content);
        blobs[(repository, digest)] = content;
        return digest;
    }

    public Digest AddManifest(string repository, string? tag, byte[] content, string mediaType)
    {
        Digest digest = Digest.Of(content);
        manifests[(repository, digest.ToString())] = (content, mediaType);
        if (tag is not null)
            manifests[(repository, tag)] = (content, mediaType);
        return digest;
    }

    public byte[]? Blob(string repository, string digest) =>
        Digest.TryParse(digest, out Digest parsed) ? blobs.GetValueOrDefault((repository, parsed)) : null;

    public (byte[] Bytes, string MediaType)? Manifest(string repository, string reference) =>
        manifests.TryGetValue((repository, reference), out (byte[], string) found) ? found : null;

    /// <summary>Every manifest of a repository, once.</summary>
    public IEnumerable<(byte[] Bytes, string MediaType)> Manifests(string repository) =>
        manifests
            .Where(entry => entry.Key.Repository == repository && entry.Key.Reference.Contains(':', StringComparison.Ordinal))
            .OrderBy(entry => entry.Key.Reference, StringComparer.Ordinal)
            .Select(entry => entry.Value);

    public void RemoveManifest(string repository, string reference) => manifests.TryRemove((repository, reference), out _);

    public IEnumerable<string> Tags(string repository) =>
        manifests
            .Keys.Where(key => key.Repository == repository && !key.Reference.Contains(':', StringComparison.Ordinal))
            .Select(key => key.Reference)
            .Order(StringComparer.Ordinal);

    /// <summary>Takes a manifest away, and every tag that stands for it.</summary>
    public void DeleteManifest(string repository, string digest)
    {
        foreach (
            (string Repository, string Reference) key in manifests
                .Where(entry => entry.Key.Repository == repository && Digest.Of(entry.Value.Bytes).ToString() == digest)
                .Select(entry => entry.Key)
        )
            manifests.TryRemove(key, out _);
    }

    public bool Mount(string from, string to, string digest)
    {
        if (Blob(from, digest) is not { } content)
            return false;
        AddBlob(to, content);
        return true;
    }
}
