using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace NodeForge.Oci.Transports;

/// <summary>Where an image is or goes, in the words that skopeo and podman use too.</summary>
/// <param name="Room">Which transport.</param>
/// <param name="Path">The folder or file; it has no colon, since the first one ends it. Empty for an engine or a registry.</param>
/// <param name="Name">Which image of the folder or file: a tag or a full name; null where there is one.</param>
/// <param name="Reference">The full name in an engine, a registry or a docker-archive; null where none is given.</param>
public sealed partial record ImageTransport(TransportRoom Room, string Path, string? Name, ImageReference? Reference)
{
    /// <summary>Every transport.</summary>
    public static IReadOnlyList<TransportRoom> Rooms { get; } =
    [OciLayout.Room, OciArchive.Room, DockerArchive.Room, BundleRoom.Room, EngineRoom.Room, RegistryImages.Room];

    /// <summary>How each is written: <c>oci:DIR[:TAG], …</c></summary>
    public static string Syntax { get; } = $"{string.Join(", ", Rooms.SkipLast(1).Select(room => room.Syntax))} or {Rooms[^1].Syntax}";

    /// <summary>Opens what it names.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.NotAnImageLayout"/>, <see cref="ErrorCodes.NotAnImageArchive"/> and other
    /// NF51xx; NF41xx for a damaged archive;
    /// what an engine or registry refuses.</exception>
    public Task<IImageSource> OpenAsync(TransportHost host, CancellationToken cancellationToken) =>
        Room.Open(host.Rooted(this), host, cancellationToken);

    /// <summary>What it names, to be written.</summary>
    public IImageTarget Target(TransportHost host) => Room.Target(host.Rooted(this), host);

    /// <summary>Whether a text begins with a transport's word.</summary>
    public static bool IsOne(string text) => Rooms.Any(room => text.StartsWith(room.Prefix, StringComparison.Ordinal));

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.InvalidImageTransport"/> or
    /// <see cref="ErrorCodes.InvalidImageReference"/>.</exception>
    public static ImageTransport Parse(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string word = colon < 0 ? "" : text[..colon];
        string rest = text[(colon + 1)..];
        TransportRoom? room = Rooms.FirstOrDefault(room => room.Word == word && text.StartsWith(room.Prefix, StringComparison.Ordinal));
        return room switch
        {
            null => throw Refuse(text, "this is no place of an image that we know", Suggestion(text, word, rest)),
            { IsFile: true } => ReadFile(room, text, rest),
            _ => new(room, "", null, ImageReference.Parse(text[room.Prefix.Length..])),
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

    public override string ToString() =>
        Room.IsFile ? Room.Prefix + Path + (Name is null ? "" : Room.Separator + Name) : Room.Prefix + Reference;

    private static ImageTransport ReadFile(TransportRoom room, string text, string rest)
    {
        int colon = rest.IndexOf(room.Separator, StringComparison.Ordinal);
        string path = colon < 0 ? rest : rest[..colon];
        if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal))
            throw Refuse(text, "no path follows the colon", "write the path of the folder or file there");
        string? name = colon < 0 ? null : rest[(colon + 1)..];
        if (room.Form is TransportForm.FileAndTag or TransportForm.FileAndImage)
            return new(room, path, CheckedTag(text, name), null);
        ImageReference? reference = name is null ? null : ImageReference.Parse(name);
        return new(room, path, reference?.ToString(), reference);
    }

    private static string? CheckedTag(string text, string? tag) =>
        tag is null || ReferenceName().IsMatch(tag)
            ? tag
            : throw Refuse(
                text,
                "what follows the path is no tag",
                "write letters, digits and single separators (. _ - : @ + /); a path with a colon in it cannot be named"
            );

    private static string Suggestion(string text, string word, string rest)
    {
        if (word == "docker")
            return $"write docker://{rest.TrimStart('/')} for a registry, docker-daemon:{rest.TrimStart('/')} for the engine";
        TransportRoom? near = Rooms
            .Select(room => (room, distance: Distance(word, room.Word)))
            .Where(candidate => candidate.distance <= 2)
            .OrderBy(candidate => candidate.distance)
            .Select(candidate => candidate.room)
            .FirstOrDefault();
        if (word.Length > 0 && near is not null)
            return $"did you mean {near.Prefix}{rest.TrimStart('/')}?";
        if (text.EndsWith(".tar", StringComparison.Ordinal))
            return $"did you mean oci-archive:{text} or docker-archive:{text}?";
        if (text.EndsWith(".nfb", StringComparison.Ordinal))
            return $"did you mean bundle:{text}?";
        if (text.StartsWith('.') || text.StartsWith('/'))
            return $"did you mean oci:{text}?";
        return ImageReference.TryParse(text, out _) ? $"did you mean docker://{text} or docker-daemon:{text}?" : $"write {Syntax}";
    }

    private static NodeForgeException Refuse(string text, string what, string hint) =>
        new(new Diagnostic(ErrorCodes.InvalidImageTransport, what) { Where = new(text.Length == 0 ? "(nothing)" : text), Hint = hint });

    // Levenshtein; words are a few letters long.
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
    [GeneratedRegex(
        @"\A[A-Za-z0-9]+(?:(?:[-._:@+]|--)[A-Za-z0-9]+)*(?:/[A-Za-z0-9]+(?:(?:[-._:@+]|--)[A-Za-z0-9]+)*)*\z",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex ReferenceName();
}
