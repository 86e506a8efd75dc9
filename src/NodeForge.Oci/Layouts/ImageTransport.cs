using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace NodeForge.Oci.Layouts;

/// <summary>Where an image is or goes, in the words that skopeo and podman use too. A closed set.</summary>
public abstract partial record ImageTransport
{
    private static readonly string[] Names = ["oci", "oci-archive", "docker-archive", "docker-daemon", "docker"];

    private protected ImageTransport()
    {
    }

    /// <summary>A folder: <c>oci:DIR[:TAG]</c>.</summary>
    /// <param name="Folder">Its path; it has no colon, since the first one ends it.</param>
    /// <param name="Tag">The image's <c>org.opencontainers.image.ref.name</c>; null where the layout has one image.</param>
    public sealed record OciFolder(string Folder, string? Tag) : ImageTransport
    {
        public override string ToString() => Join("oci", Folder, Tag);
    }

    /// <summary>A tar file of a layout: <c>oci-archive:FILE[:TAG]</c>.</summary>
    public sealed record OciFile(string File, string? Tag) : ImageTransport
    {
        public override string ToString() => Join("oci-archive", File, Tag);
    }

    /// <summary>What <c>docker save</c> writes and <c>docker load</c> reads: <c>docker-archive:FILE[:REF]</c>.</summary>
    public sealed record DockerFile(string File, ImageReference? Reference) : ImageTransport
    {
        public override string ToString() => Join("docker-archive", File, Reference?.ToString());
    }

    /// <summary>An engine's own store: <c>docker-daemon:REF</c>.</summary>
    public sealed record Engine(ImageReference Reference) : ImageTransport
    {
        public override string ToString() => "docker-daemon:" + Reference;
    }

    /// <summary>A registry: <c>docker://REF</c>.</summary>
    public sealed record Registry(ImageReference Reference) : ImageTransport
    {
        public override string ToString() => "docker://" + Reference;
    }

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.InvalidImageTransport"/> or <see cref="ErrorCodes.InvalidImageReference"/>.</exception>
    public static ImageTransport Parse(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string name = colon < 0 ? "" : text[..colon];
        string rest = text[(colon + 1)..];
        return name switch
        {
            "oci" => ReadFile(text, rest, (folder, tag) => new OciFolder(folder, CheckedTag(text, tag))),
            "oci-archive" => ReadFile(text, rest, (file, tag) => new OciFile(file, CheckedTag(text, tag))),
            "docker-archive" => ReadFile(text, rest, (file, reference) => new DockerFile(file, reference is null ? null : ImageReference.Parse(reference))),
            "docker-daemon" => new Engine(ImageReference.Parse(rest)),
            "docker" when rest.StartsWith("//", StringComparison.Ordinal) => new Registry(ImageReference.Parse(rest[2..])),
            _ => throw Refuse(text, "this is no place of an image that we know", Suggestion(text, name, rest)),
        };
    }

    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out ImageTransport? transport)
    {
        transport = null;
        try
        {
            transport = text is null ? null : Parse(text);
        }
        catch (NodeForgeException)
        {
            return false;
        }

        return transport is not null;
    }

    private static ImageTransport ReadFile(string text, string rest, Func<string, string?, ImageTransport> make)
    {
        int colon = rest.IndexOf(':', StringComparison.Ordinal);
        string path = colon < 0 ? rest : rest[..colon];
        if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal))
            throw Refuse(text, "no path follows the colon", "write the path of the folder or file there");
        return make(path, colon < 0 ? null : rest[(colon + 1)..]);
    }

    private static string? CheckedTag(string text, string? tag) => tag is null || ReferenceName().IsMatch(tag)
        ? tag
        : throw Refuse(text, "what follows the second colon is no tag", "write letters, digits and single separators (. _ - : @ + /); a path with a colon in it cannot be named");

    private static string Suggestion(string text, string name, string rest)
    {
        if (name == "docker")
            return $"write docker://{rest.TrimStart('/')} for a registry, docker-daemon:{rest.TrimStart('/')} for the engine";
        string? near = Names.Select(known => (known, distance: Distance(name, known))).Where(candidate => candidate.distance <= 2).OrderBy(candidate => candidate.distance).Select(candidate => candidate.known).FirstOrDefault();
        if (name.Length > 0 && near is not null)
            return $"did you mean {(near == "docker" ? "docker://" : near + ":")}{rest.TrimStart('/')}?";
        if (text.EndsWith(".tar", StringComparison.Ordinal))
            return $"did you mean oci-archive:{text} or docker-archive:{text}?";
        if (text.StartsWith('.') || text.StartsWith('/'))
            return $"did you mean oci:{text}?";
        return ImageReference.TryParse(text, out _)
            ? $"did you mean docker://{text} or docker-daemon:{text}?"
            : "write oci:DIR[:TAG], oci-archive:FILE[:TAG], docker-archive:FILE[:REF], docker-daemon:REF or docker://REF";
    }

    private static NodeForgeException Refuse(string text, string what, string mend) =>
        new(new Diagnostic(ErrorCodes.InvalidImageTransport, what) { Where = new(text.Length == 0 ? "(nothing)" : text), Mend = mend });

    private static string Join(string name, string path, string? tag) => tag is null ? $"{name}:{path}" : $"{name}:{path}:{tag}";

    // Levenshtein; names are a few letters long.
    private static int Distance(string left, string right)
    {
        if (left.Length > 32)
            return int.MaxValue;
        int[] row = [.. Enumerable.Range(0, right.Length + 1)];
        for (int i = 1; i <= left.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int substituted = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substituted, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }

    // image-spec annotations.md, "org.opencontainers.image.ref.name"
    [GeneratedRegex(@"\A[A-Za-z0-9]+(?:(?:[-._:@+]|--)[A-Za-z0-9]+)*(?:/[A-Za-z0-9]+(?:(?:[-._:@+]|--)[A-Za-z0-9]+)*)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex ReferenceName();
}
