using System.Text.Json;
using NodeForge.EndToEnd.Tests.NodeImages;

namespace NodeForge.EndToEnd.Tests.SameBits;

/// <summary>A cache that has of the common one only what a test takes over; all else must be made anew.</summary>
internal sealed class CacheOfItsOwn(string folder)
{
    public string Folder => folder;

    public static string BlobOf(string cache, string digest) => Path.Combine(cache, "blobs", digest.Replace(':', '/'));

    public static bool IsCompiledKubernetes(JsonElement output) =>
        output.GetProperty("name").GetString() == "kubelet"
        && output.TryGetProperty("executable", out JsonElement executable)
        && executable.GetBoolean();

    public static bool IsConfiguredRootfs(JsonElement output) => output.GetProperty("name").GetString() == "rootfs";

    /// <summary>What the lock names for a platform: packages and files.</summary>
    public void TakeOverFetched(string platform)
    {
        using JsonDocument locked = JsonDocument.Parse(File.ReadAllText(Checkout.NodeLock));
        foreach (
            JsonElement part in locked
                .RootElement.GetProperty("parts")
                .EnumerateArray()
                .Where(part => part.GetProperty("platform").GetString() == platform)
        )
        {
            foreach (
                JsonElement item in new[] { "packages", "files" }.SelectMany(name =>
                    part.TryGetProperty(name, out JsonElement list) ? list.EnumerateArray().ToArray() : []
                )
            )
                TakeBlob(item.GetProperty("digest").GetString()!);
        }
    }

    /// <summary>Kubernetes as it was compiled: the server tarball that the lock records, and else the programs.</summary>
    public void TakeOverKubernetes(string platform)
    {
        using JsonDocument locked = JsonDocument.Parse(File.ReadAllText(Checkout.NodeLock));
        foreach (
            JsonElement part in locked
                .RootElement.GetProperty("parts")
                .EnumerateArray()
                .Where(part => part.GetProperty("platform").GetString() == platform)
        )
        {
            // A cache of older versions has the tarball, and then the build compiles nothing that a record could tell of.
            bool compiles = part.GetProperty("recipe").GetString()!.Contains("/kubernetes/", StringComparison.Ordinal);
            if (
                compiles
                && part.TryGetProperty("output", out JsonElement output)
                && File.Exists(BlobOf(Checkout.Cache, output.GetString()!))
            )
                TakeBlob(output.GetString()!);
        }

        TakeOver(IsCompiledKubernetes);
    }

    /// <summary>Every finished step that has such an output, with all its outputs.</summary>
    public void TakeOver(Func<JsonElement, bool> output)
    {
        Directory.CreateDirectory(Path.Combine(folder, "actions"));
        foreach (
            string action in Directory
                .EnumerateFiles(Path.Combine(Checkout.Cache, "actions"))
                .Where(static file => !Path.GetFileName(file).Contains('.', StringComparison.Ordinal))
        )
        {
            using JsonDocument? outputs = OutputsOf(action);
            if (outputs is null || !outputs.RootElement.EnumerateArray().Any(output))
                continue;
            // What an older build left may be gone by now.
            string[] digests = [.. outputs.RootElement.EnumerateArray().Select(static made => made.GetProperty("digest").GetString()!)];
            if (!digests.All(static digest => File.Exists(BlobOf(Checkout.Cache, digest))))
                continue;
            foreach (string digest in digests)
                TakeBlob(digest);
            File.Copy(action, Path.Combine(folder, "actions", Path.GetFileName(action)));
        }
    }

    /// <summary>What a record of a finished step names, below the line with its checksum.</summary>
    /// <returns>Null for a record that an older version left in the cache: those have no such line, and count for nothing.</returns>
    public static JsonDocument? OutputsOf(string action)
    {
        string[] lines = File.ReadAllLines(action);
        return lines is [{ } head, ..] && head.StartsWith("nodeforge action record ", StringComparison.Ordinal)
            ? JsonDocument.Parse(string.Concat(lines.Skip(1)))
            : null;
    }

    private void TakeBlob(string digest)
    {
        string to = BlobOf(folder, digest);
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        if (!File.Exists(to))
            File.Copy(BlobOf(Checkout.Cache, digest), to);
    }
}
