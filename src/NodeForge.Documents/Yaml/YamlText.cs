using System.Text;
using NodeForge.Files;

namespace NodeForge.Documents.Yaml;

/// <summary>A file's characters, before any YAML: bounded, UTF-8, nothing that a parser would stop at silently.</summary>
public static class YamlText
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="NodeForgeException">The file cannot be opened, is too large or is not text.</exception>
    public static string Load(string file, YamlSubject subject) => Decode(file, Read(file, subject), subject);

    /// <exception cref="NodeForgeException">The bytes are too many or not text.</exception>
    public static string Decode(string file, ReadOnlySpan<byte> bytes, YamlSubject subject)
    {
        if (bytes.Length > YamlLimits.Bytes)
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.RecipeTooLarge, $"the {subject.Name} is too large")
                {
                    Where = new(file),
                    Got = "more than 1 MiB",
                    Want = "at most 1 MiB",
                    Hint = subject.WhenTooLarge,
                }
            );
        if (bytes.StartsWith(Encoding.UTF8.Preamble))
            bytes = bytes[Encoding.UTF8.Preamble.Length..];
        string text;
        try
        {
            text = Strict.GetString(bytes);
        }
        catch (DecoderFallbackException failure)
        {
            throw new NodeForgeException(NotText(subject, file, null, null, $"byte {failure.Index} is not UTF-8"), failure);
        }

        RefuseControlCharacters(file, text, subject);
        return text;
    }

    /// <summary>A file's bytes, one more than is allowed at most.</summary>
    /// <exception cref="NodeForgeException">The file cannot be opened or read.</exception>
    public static byte[] Read(string file, YamlSubject subject)
    {
        try
        {
            LocalKind kind = LocalPath.KindOf(file, follow: true);
            if (kind is LocalKind.Folder || (kind is LocalKind.Special && !subject.MayBePipe))
                throw new NodeForgeException(
                    new Diagnostic(ErrorCodes.RecipeNotReadable, $"the {subject.Name} is not a file")
                    {
                        Where = new(file),
                        Got = LocalPath.Describe(kind),
                        Want = "a YAML file",
                    }
                );
            using FileStream stream = File.OpenRead(file);
            byte[] buffer = new byte[YamlLimits.Bytes + 1];
            int length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            return buffer[..length];
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new NodeForgeException(
                new Diagnostic(ErrorCodes.RecipeNotReadable, $"there is no such {subject.Name}")
                {
                    Where = new(file),
                    Hint = Nearby.Suggest(file) ?? "check the path",
                },
                failure
            );
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw FileFailure.Explain(file, failure);
        }
    }

    // YAML 1.2 section 5.1 allows none of them; a NUL ends the text for the parser, and what follows would be ignored without a word.
    private static void RefuseControlCharacters(string file, string text, YamlSubject subject)
    {
        int line = 1,
            lineStart = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\n')
                (line, lineStart) = (line + 1, i + 1);
            else if (char.IsControl(text[i]) && text[i] is not ('\t' or '\r' or '\u0085'))
                throw new NodeForgeException(NotText(subject, file, line, i - lineStart + 1, $"the control character 0x{(int)text[i]:x2}"));
        }
    }

    private static Diagnostic NotText(YamlSubject subject, string file, int? line, int? column, string got) =>
        new(ErrorCodes.RecipeNotReadable, $"the {subject.Name} is not text")
        {
            Where = new(file, line, column),
            Got = got,
            Want = "UTF-8 text without control characters",
        };
}
