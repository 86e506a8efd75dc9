using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using NodeForge.Oci;
using NodeForge.Oci.Content;

namespace NodeForge.Images.Fetching;

/// <summary>A download under way: <c>partial/&lt;hex&gt;.part</c> in the store, hashed as it grows, with a sidecar that says what its bytes
/// are of.</summary>
/// <remarks>The holder of the <see cref="DigestLock"/> is the only one that opens it.</remarks>
internal sealed class PartialFile : IDisposable
{
    private readonly string path;
    private readonly string sidecar;
    private readonly FileStream file;
    private IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    // The bytes that the hash has seen; those of an earlier run are hashed only when they are to be used.
    private long hashed;

    private PartialFile(string path)
    {
        this.path = path;
        sidecar = path + ".json";
        file = AtomicFile.Guard(
            path,
            () => new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0)
        );
        Marks = ReadMarks();
    }

    public long Length => file.Length;

    public PartialMarks? Marks { get; private set; }

    /// <summary>The folder of partial files and locks in a store.</summary>
    public static string FolderOf(BlobStore store, Digest digest) =>
        Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(store.PathOf(digest))!)!, "partial");

    public static string PathOf(BlobStore store, Digest digest) => Path.Combine(FolderOf(store, digest), digest.Hex + ".part");

    public static PartialFile Open(BlobStore store, Digest digest) => new(PathOf(store, digest));

    /// <summary>Hashes what an earlier run left, so that appending can go on.</summary>
    public async Task ResumeAsync(CancellationToken cancellationToken)
    {
        if (hashed == file.Length)
            return;
        Rehash();
        file.Position = 0;
        byte[] buffer = new byte[1 << 17];
        int read;
        while ((read = await file.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            hash.AppendData(buffer, 0, read);
            hashed += read;
        }
    }

    /// <summary>Begins at byte 0.</summary>
    public void Restart(PartialMarks? marks)
    {
        Rehash();
        AtomicFile.Guard(
            path,
            () =>
            {
                file.SetLength(0);
                file.Position = 0;
                return 0;
            }
        );
        Marks = marks;
        WriteMarks();
    }

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.DiskFull"/>, <see cref="ErrorCodes.PathNotUsable"/>.</exception>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        try
        {
            file.Write(bytes);
        }
        catch (IOException failure)
        {
            throw AtomicFile.Explain(path, failure);
        }

        hash.AppendData(bytes);
        hashed += bytes.Length;
    }

    /// <summary>The digest of all bytes so far.</summary>
    public Digest CurrentDigest() => Digest.FromHash(hash.GetCurrentHash());

    /// <summary>Makes the file a blob of the store.</summary>
    public void Publish(BlobStore store, Digest digest)
    {
        AtomicFile.Guard(
            path,
            () =>
            {
                AtomicFile.Sync(file);
                file.Dispose();
                return 0;
            }
        );
        store.Adopt(path, digest);
        AtomicFile.Discard(sidecar);
    }

    /// <summary>Leaves nothing behind.</summary>
    public void Delete()
    {
        file.Dispose();
        File.Delete(path);
        File.Delete(sidecar);
    }

    public void Dispose()
    {
        bool empty = file is { SafeFileHandle.IsClosed: false, Length: 0 };
        file.Dispose();
        hash.Dispose();
        if (empty)
            Delete();
    }

    private void Rehash()
    {
        hash.Dispose();
        hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hashed = 0;
    }

    private const int LongestMarks = 64 << 10;

    private PartialMarks? ReadMarks()
    {
        try
        {
            return RegularFile.SizeOf(sidecar) is <= LongestMarks
                ? JsonSerializer.Deserialize(File.ReadAllBytes(sidecar), PartialMarksJson.Default.PartialMarks)
                : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or JsonException or UnauthorizedAccessException)
        {
            // Without marks the bytes still count: the digest at the end decides.
            return null;
        }
    }

    private void WriteMarks()
    {
        if (Marks is null)
            File.Delete(sidecar);
        else
            AtomicFile.Guard(
                sidecar,
                () =>
                {
                    File.WriteAllBytes(sidecar, JsonSerializer.SerializeToUtf8Bytes(Marks, PartialMarksJson.Default.PartialMarks));
                    return 0;
                }
            );
    }
}

[JsonSerializable(typeof(PartialMarks))]
internal sealed partial class PartialMarksJson : JsonSerializerContext;
