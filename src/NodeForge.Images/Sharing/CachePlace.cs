using NodeForge.Oci;
using NodeForge.Oci.Transports;

namespace NodeForge.Images.Sharing;

/// <summary>A repository of a registry that keeps finished work, a tag for each piece of it.</summary>
/// <param name="Repository">Its tag says nothing.</param>
public sealed record CachePlace(ImageReference Repository)
{
    private const string Prefix = "docker://";
    private const string TagPrefix = "nf-";

    /// <param name="text"><c>docker://HOST/REPOSITORY</c>.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.SharedCachePlace"/>, <see
    /// cref="ErrorCodes.InvalidImageReference"/>.</exception>
    public static CachePlace Parse(string text)
    {
        if (!text.StartsWith(Prefix, StringComparison.Ordinal) || !ImageTransport.TryParse(text, out ImageTransport? place))
            throw Refused(text, "a shared cache is a repository of a registry", "write docker://HOST/REPOSITORY");
        string name = text[(text.LastIndexOf('/') + 1)..];
        return name.AsSpan().IndexOfAny(':', '@') < 0
            ? new(place.Reference!)
            : throw Refused(
                text,
                "a shared cache has a tag for each layer, and none of its own",
                $"leave '{name[name.IndexOfAny([':', '@'])..]}' out"
            );
    }

    /// <summary>The entry of an action: what its key names never changes, and so neither does the tag.</summary>
    public ImageReference EntryOf(Digest key) => Repository.Under(TagPrefix + key.Hex);

    /// <summary>The key that a tag names; null for a tag that is no entry's.</summary>
    public static Digest? KeyOf(string tag) =>
        tag.StartsWith(TagPrefix, StringComparison.Ordinal) && Digest.TryParse("sha256:" + tag[TagPrefix.Length..], out Digest key)
            ? key
            : null;

    public override string ToString() => Prefix + Repository.Name;

    /// <summary>Refuses a place.</summary>
    public static NodeForgeException Refused(string text, string what, string hint) =>
        new(new Diagnostic(ErrorCodes.SharedCachePlace, what) { Where = new(text), Hint = hint });
}
