using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace NodeForge.Oci;

/// <summary>The full name of an image, normalised as docker and containerd do it: <c>alpine</c> is
/// <c>docker.io/library/alpine:latest</c>.</summary>
/// <remarks>The grammar is that of the distribution project's <c>reference</c> package; names that containerd would refuse are refused
/// here.</remarks>
public sealed partial record ImageReference
{
    private const string DefaultRegistry = "docker.io";
    private const string DefaultTag = "latest";
    private const string OfficialPrefix = "library/";
    private const int LongestRepository = 255; // of the distribution project's reference package: the registry does not count
    private const int LongestRegistry = 253 + 6; // a host name by RFC 1035, section 2.3.4, and a port

    private ImageReference(string registry, string repository, string? tag, Digest? digest)
    {
        Registry = registry;
        Repository = repository;
        Tag = tag;
        Digest = digest;
    }

    /// <summary>Host and port: <c>docker.io</c>, <c>localhost:5000</c>.</summary>
    public string Registry { get; }

    /// <summary>The path in the registry: <c>library/alpine</c>.</summary>
    public string Repository { get; }

    /// <summary>Null only when a digest is given without a tag.</summary>
    public string? Tag { get; }

    public Digest? Digest { get; }

    /// <summary><c>registry/repository</c></summary>
    public string Name => $"{Registry}/{Repository}";

    /// <summary>The key under which containerd's CRI keeps the image: a digest, when there is one, displaces the tag.</summary>
    public string ContainerdName => Digest is { } digest ? $"{Name}@{digest}" : $"{Name}:{Tag}";

    /// <summary>The same image under a digest; the tag stays.</summary>
    public ImageReference At(Digest digest) => new(Registry, Repository, Tag, digest);

    /// <summary>The same repository under another tag, without a digest.</summary>
    public ImageReference Under(string tag) => new(Registry, Repository, tag, null);

    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.InvalidImageReference"/>, with the rule that is broken.</exception>
    public static ImageReference Parse(string text) =>
        TryParse(text, out ImageReference? reference, out string? problem)
            ? reference
            : throw new NodeForgeException(
                new Diagnostic(ErrorCodes.InvalidImageReference, problem)
                {
                    Where = new(Printable.Escape(Shorten(text))),
                    Hint = "write [REGISTRY/]REPOSITORY[:TAG][@sha256:DIGEST]",
                }
            );

    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out ImageReference? reference) =>
        TryParse(text, out reference, out _);

    /// <param name="text">What a person wrote.</param>
    /// <param name="reference">The normalised reference.</param>
    /// <param name="problem">Which rule the text breaks, without a full stop.</param>
    public static bool TryParse(
        [NotNullWhen(true)] string? text,
        [NotNullWhen(true)] out ImageReference? reference,
        [NotNullWhen(false)] out string? problem
    )
    {
        reference = null;
        problem = Read(text ?? "", out ImageReference? read);
        reference = read;
        return problem is null;
    }

    private static string? Read(string text, out ImageReference? reference)
    {
        reference = null;
        string? digestText = CutAfter(ref text, text.IndexOf('@', StringComparison.Ordinal));
        int colon = text.LastIndexOf(':');
        string? tag = colon > text.LastIndexOf('/') ? CutAfter(ref text, colon) : null;
        (string registry, string repository) = Normalise(text);

        Digest? digest = null;
        if (digestText is not null)
        {
            if (!Oci.Digest.TryParse(digestText, out Digest parsed))
                return "after '@' comes a digest of the form sha256:<64 lower-case hexadecimal digits>";
            digest = parsed;
        }

        if (ProblemOf(text, registry, repository, tag) is { } problem)
            return problem;
        reference = new(registry, repository, tag ?? (digest is null ? DefaultTag : null), digest);
        return null;
    }

    private static string? ProblemOf(string name, string registry, string repository, string? tag)
    {
        if (name.Length == 0)
            return "an image reference begins with the image's name";
        if (repository.Length > LongestRepository)
            return $"a repository has at most {LongestRepository} characters";
        if (registry.Length > LongestRegistry)
            return $"a registry has at most {LongestRegistry} characters";
        if (!RegistryGrammar().IsMatch(registry))
            return "the registry is no host name with an optional port";
        if (repository.Any(char.IsAsciiLetterUpper))
            return "a repository is lower case";
        if (!RepositoryGrammar().IsMatch(repository))
            return "the repository is not made of lower-case letters and digits, with single '.', '_', '__' or dashes between them, in parts divided by '/'";
        if (IdentifierGrammar().IsMatch(name))
            return "64 hexadecimal digits are an image ID, not a name";
        return tag is null || TagGrammar().IsMatch(tag)
            ? null
            : "a tag is at most 128 letters, digits, '_', '.' and '-', and begins with none of the last two";
    }

    // The first part is a registry when it cannot be part of a repository: a dot, a port, "localhost" or a capital letter in it.
    private static (string Registry, string Repository) Normalise(string name)
    {
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        string first = slash < 0 ? "" : name[..slash];
        bool registryNamed = first.AsSpan().ContainsAny('.', ':') || first == "localhost" || first.Any(char.IsAsciiLetterUpper);
        string registry = registryNamed ? first : DefaultRegistry;
        string repository = registryNamed ? name[(slash + 1)..] : name;
        if (registry == "index.docker.io")
            registry = DefaultRegistry;
        if (registry == DefaultRegistry && repository.Length > 0 && !repository.Contains('/', StringComparison.Ordinal))
            repository = OfficialPrefix + repository;
        return (registry, repository);
    }

    private static string? CutAfter(ref string text, int separator)
    {
        if (separator < 0)
            return null;
        string rest = text[(separator + 1)..];
        text = text[..separator];
        return rest;
    }

    private static string Shorten(string text) => text.Length <= 100 ? text : text[..100] + "…";

    /// <summary>Everything that is known: <c>registry/repository[:tag][@digest]</c>. Parsing it gives the same reference.</summary>
    public override string ToString() => Name + (Tag is null ? "" : ":" + Tag) + (Digest is { } digest ? "@" + digest : "");

    [GeneratedRegex(
        @"\A(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\[[a-fA-F0-9:]+\])(?::[0-9]{1,5})?\z",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex RegistryGrammar();

    [GeneratedRegex(@"\A[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex RepositoryGrammar();

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\z", RegexOptions.CultureInvariant)]
    private static partial Regex TagGrammar();

    [GeneratedRegex(@"\A[a-f0-9]{64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex IdentifierGrammar();
}
