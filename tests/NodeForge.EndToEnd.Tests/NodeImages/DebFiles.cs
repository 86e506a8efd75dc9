using System.Text.Json;
using NodeForge.Images.Debian.Packages;
using NodeForge.Oci.Tar;

namespace NodeForge.EndToEnd.Tests.NodeImages;

/// <summary>What the locked .debs of the base image hold, as their archives say it.</summary>
internal static class DebFiles
{
    /// <summary>Every entry of every package by its path in a merged /usr; a path of several packages is a folder, and comes
    /// once.</summary>
    public static Dictionary<string, TarEntry> Read()
    {
        Dictionary<string, TarEntry> entries = [];
        using JsonDocument locked = JsonDocument.Parse(File.ReadAllText(Checkout.NodeLock));
        JsonElement part = locked
            .RootElement.GetProperty("parts")
            .EnumerateArray()
            .Single(static part =>
                part.GetProperty("recipe").GetString() == "../base/bookworm.yaml"
                && part.GetProperty("platform").GetString() == Checkout.Platform
            );
        foreach (JsonElement package in part.GetProperty("packages").EnumerateArray())
        {
            string blob = Path.Combine(Checkout.Cache, "blobs", package.GetProperty("digest").GetString()!.Replace(':', '/'));
            new DebFile(package.GetProperty("name").GetString()!, blob).ReadData((entry, _) => entries.TryAdd(Merged(entry.Path), entry));
        }

        return entries;
    }

    /// <summary>/bin, /sbin and /lib* are links into /usr in the image, as in every Debian since bookworm.</summary>
    public static string Merged(string path) =>
        path.StartsWith("bin/", StringComparison.Ordinal)
        || path.StartsWith("sbin/", StringComparison.Ordinal)
        || path.StartsWith("lib", StringComparison.Ordinal) && path.Contains('/', StringComparison.Ordinal)
            ? "usr/" + path
            : path;
}
