using NodeForge.Images.Debian.Mirrors;
using NodeForge.Oci;

namespace NodeForge.Images.Fetching;

/// <summary>The mirrors of a site.</summary>
/// <param name="Debian">Of Debian's archive.</param>
/// <param name="Urls">Of other addresses and of registries: tried in this order, before the place itself.</param>
public sealed record SourceMirrors(DebianMirrors Debian, params IReadOnlyList<UrlMirror> Urls)
{
    /// <summary>PREFIX=REPLACEMENT, several divided by blanks.</summary>
    public const string Variable = "NODEFORGE_MIRRORS";

    private const string DockerTransport = "docker://";

    /// <summary>What the environment and the machine's apt say.</summary>
    /// <param name="variable">Gives a variable's value.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.InvalidEnvironment"/>: <see cref="Variable"/> holds something
    /// else.</exception>
    public static SourceMirrors OfThisMachine(Func<string, string?> variable) =>
        new(
            DebianMirrors.OfThisMachine(variable),
            [.. (variable(Variable) ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(Parse)]
        );

    /// <summary>Where a file may be had: its mirrors, then its own address.</summary>
    internal IReadOnlyList<string> UrlsOf(string url) => [.. Urls.Select(mirror => mirror.Of(url)).OfType<string>(), url];

    /// <summary>Where an image may be had: its mirrors, then its own registry.</summary>
    /// <param name="reference"><c>docker://…</c>; <c>docker://alpine</c> is found by the mirror of <c>docker://docker.io</c>.</param>
    internal IReadOnlyList<string> ReferencesOf(string reference)
    {
        if (
            !reference.StartsWith(DockerTransport, StringComparison.Ordinal)
            || !ImageReference.TryParse(reference[DockerTransport.Length..], out ImageReference? parsed)
        )
            return [reference];
        string whole = DockerTransport + parsed;
        return [.. Urls.Select(mirror => mirror.Of(whole)).OfType<string>(), reference];
    }

    private static UrlMirror Parse(string text)
    {
        if (text.Split('=', 2) is [var prefix, var replacement] && KindOf(prefix) is { } kind && kind == KindOf(replacement))
            return new(prefix.TrimEnd('/'), replacement.TrimEnd('/'));
        throw new NodeForgeException(
            new Diagnostic(ErrorCodes.InvalidEnvironment, $"{Variable} names a mirror in a form that is not known")
            {
                Got = text,
                Want = "https://HOST/PATH=https://MIRROR/PATH, or docker://HOST=docker://MIRROR/PATH",
                Hint = $"correct {Variable}, or unset it",
            }
        );
    }

    private static string? KindOf(string place)
    {
        if (place.StartsWith(DockerTransport, StringComparison.Ordinal))
            return
                place.Length > DockerTransport.Length && ImageReference.TryParse(place.TrimEnd('/')[DockerTransport.Length..] + "/x", out _)
                ? "docker"
                : null;
        return Uri.TryCreate(place, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https" ? "http" : null;
    }
}
