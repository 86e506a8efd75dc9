using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace NodeForge.Images;

/// <summary>A short name for a scratch folder whose own path a program would take apart: apt ends the address of a repository at a
/// blank.</summary>
internal static class ScratchAlias
{
    private static readonly SearchValues<char> Plain = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-"
    );

    // Not TMPDIR: that may have a blank too.
    private const string Parent = "/tmp";

    /// <summary>The link's path, the same each time, so that what a killed build left is found; null where the folder's own path will
    /// do.</summary>
    /// <remarks>A scratch folder's name has a random part: nobody can be there first with a link of their own.</remarks>
    public static string? Of(string folder) =>
        folder.AsSpan().ContainsAnyExcept(Plain)
            ? Path.Combine(Parent, "nodeforge-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(folder)))[..16])
            : null;

    public static void Remove(string folder)
    {
        if (Of(folder) is { } link && new FileInfo(link).LinkTarget == folder)
            File.Delete(link);
    }
}
