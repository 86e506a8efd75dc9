using NodeForge.Documents;
using NodeForge.Documents.Yaml;
using NodeForge.Files;
using NodeForge.Oci;
using NodeForge.Oci.Transports;
using NodeForge.Recipes.Files;

namespace NodeForge.Recipes.Reading;

/// <summary>An image by transport: <c>image:</c> with its <c>digest:</c>.</summary>
internal static class ImageSourceText
{
    public const string Registry = ImageSource.RegistryTransport;

    public static ImageSource? Read(Fields fields)
    {
        Digest? digest = null;
        if (fields["digest"] is { } node && fields.File.Text(node, "digest") is { } hash)
        {
            if (Digest.TryParse(hash, out Digest parsed))
                digest = parsed;
            else
                fields.File.Report(
                    ErrorCodes.RecipeInvalidValue,
                    node,
                    "digest does not have its form",
                    got: Quoted.Short(hash),
                    want: "sha256: and 64 lower-case hexadecimal digits"
                );
        }

        if (fields["image"] is not { } at || fields.File.Text(at, "image") is not { } text)
            return null;
        if (text.StartsWith(Registry, StringComparison.Ordinal))
            return OfRegistry(fields, at, text, digest);
        if (
            ImageTransport.Rooms.FirstOrDefault(room =>
                room.IsFile && room.Form != TransportForm.FileAndImage && text.StartsWith(room.Prefix, StringComparison.Ordinal)
            ) is
            { } local
        )
        {
            string path = text[local.Prefix.Length..].Split(':', 2)[0]; // a reference within may follow, as containers-transports(5) has it
            return LocalInput.Resolve(fields.File, at, "image", path, local.IsFolder ? LocalKind.Folder : LocalKind.File) is { } found
                ? new(text, found) { Digest = digest }
                : null;
        }

        string? hint =
            text.StartsWith("docker-daemon:", StringComparison.Ordinal)
                ? "an engine's images are not the same on every machine; save it and write docker-archive:FILE"
            : RecipeGrammar.Reference.Form.IsMatch(text) ? $"write {Registry}{text}"
            : null;
        fields.File.Report(
            ErrorCodes.RecipeImageReference,
            at,
            "image has no transport that recipes know",
            got: Quoted.Short(text),
            want: $"{RecipeGrammar.Reference.Want}, oci:DIR, oci-archive:FILE or docker-archive:FILE",
            hint: hint
        );
        return null;
    }

    private static ImageSource? OfRegistry(Fields fields, YamlNode at, string text, Digest? digest)
    {
        if (!RecipeGrammar.Reference.Form.IsMatch(text[Registry.Length..]))
        {
            fields.File.Report(
                ErrorCodes.RecipeImageReference,
                at,
                "image is not a whole reference",
                got: Quoted.Short(text),
                want: RecipeGrammar.Reference.Want,
                hint: "write the registry's host, and a tag or a digest"
            );
            return null;
        }

        if (digest is not null && text.Split('@') is [_, var pinned] && pinned != digest.ToString())
            fields.File.Report(
                ErrorCodes.RecipeImageReference,
                fields["digest"]!,
                "digest is not the one of the reference",
                got: digest.ToString(),
                want: pinned
            );
        return new(text, null) { Digest = digest };
    }
}
