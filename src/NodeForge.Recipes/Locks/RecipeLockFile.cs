using System.Text;
using System.Text.Json;
using NodeForge.Oci.Content;

namespace NodeForge.Recipes.Locks;

/// <summary>Lock files: read with every doubt, written the same way every time. docs/lock-file.md has the format.</summary>
public static class RecipeLockFile
{
    public const int SchemaVersion = 1;

    private const int MostBytes = 16 << 20; // ten thousand packages are 3 MiB
    private const int MostProblems = 50; // each is looked for in all of the text
    private const string Again = "take it from version control again, or remove it and lock again";

    /// <summary>Where a recipe's lock lies unless the caller says otherwise: <c>.lock.json</c> in place of <c>.yaml</c>.</summary>
    public static string DefaultPath(string recipePath) =>
        (Path.GetExtension(recipePath) is ".yaml" or ".yml" ? recipePath[..recipePath.LastIndexOf('.')] : recipePath) + ".lock.json";

    /// <exception cref="NodeForgeException">There is none (NF2001), it is damaged (NF2004, with position), of another schema (NF2005), or
    /// cannot be read (NF9005).</exception>
    public static RecipeLock Read(string path, string recipePath)
    {
        byte[] content;
        try
        {
            content = RegularFile.ReadSmall(path, MostBytes, _ => TooLarge(path));
        }
        catch (NodeForgeException failure) when (failure.InnerException is FileNotFoundException or DirectoryNotFoundException)
        {
            throw LockCheck.Missing(path, recipePath, failure);
        }

        return Parse(path, content);
    }

    /// <summary>Reads a lock from bytes.</summary>
    /// <param name="path">For positions in errors.</param>
    /// <param name="content">All of the file.</param>
    public static RecipeLock Parse(string path, ReadOnlySpan<byte> content)
    {
        if (content.Length > MostBytes)
            throw TooLarge(path);
        try
        {
            RefuseOtherSchema(path, content);
            LockDocument read =
                JsonSerializer.Deserialize(content, LockJson.Default.LockDocument)
                ?? throw NotValid(new(path, 1, 1), "the lock file holds nothing", "null", "a lock");
            List<LockProblem> nulls = [.. LockNulls.Problems(read)];
            read = LockNulls.Filled(read);
            List<Diagnostic> problems = [];
            foreach (LockProblem problem in (nulls.Count > 0 ? nulls : LockRules.Problems(read)).Take(MostProblems))
                problems.Add(Diagnose(JsonPosition.Find(content, problem.Place).In(path), problem));
            return problems.Count == 0 ? LockOrder.Sorted(read.ToLock()) : throw new NodeForgeException(problems);
        }
        catch (JsonException failure)
        {
            throw NotJson(path, content, failure);
        }
        catch (InvalidOperationException failure) // half a surrogate pair
        {
            throw NotJson(path, content, new JsonException("A string is no text.", failure));
        }
    }

    /// <summary>The bytes of a lock: the same for the same lock, whatever the order in which it was put together.</summary>
    public static byte[] Format(RecipeLock recipeLock) =>
        [
            .. JsonSerializer.SerializeToUtf8Bytes(LockDocument.From(LockOrder.Sorted(recipeLock)), LockJson.Written.LockDocument),
            (byte)'\n',
        ];

    /// <summary>Writes whole or not at all.</summary>
    /// <exception cref="NodeForgeException">It cannot be written (NF9003, NF9005), or nobody could read it (NF2004); what was there before
    /// is untouched.</exception>
    public static void Write(string path, RecipeLock recipeLock)
    {
        Diagnostic[] problems = [.. LockRules.Problems(LockDocument.From(recipeLock)).Select(problem => Diagnose(new(path), problem))];
        if (problems.Length > 0)
            throw new NodeForgeException(problems);
        byte[] text = Format(recipeLock);
        // What is so already is left alone: builds look at the file's time before they look into it.
        if (RegularFile.SizeOf(path) != text.Length || !File.ReadAllBytes(path).AsSpan().SequenceEqual(text))
            AtomicFile.WriteAllBytes(path, text);
    }

    // Before anything else is looked at: a later schema may have other properties, and the advice differs.
    private static void RefuseOtherSchema(string path, ReadOnlySpan<byte> content)
    {
        Utf8JsonReader reader = new(content);
        while (reader.Read())
        {
            if (reader.CurrentDepth != 1 || reader.TokenType != JsonTokenType.PropertyName || !reader.ValueTextEquals("schemaVersion"))
                continue;
            reader.Read();
            if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int version) && version == SchemaVersion)
                return;
            throw OtherSchema(
                JsonPosition.At(content, reader.TokenStartIndex).In(path),
                reader.TokenType == JsonTokenType.Number
                    ? $"schemaVersion {Encoding.UTF8.GetString(reader.ValueSpan)}"
                    : "a schemaVersion that is no number"
            );
        }

        throw OtherSchema(new(path, 1, 1), "no schemaVersion");
    }

    private static NodeForgeException OtherSchema(Location where, string got) =>
        new(
            new Diagnostic(ErrorCodes.LockSchema, "the lock file has a schema that is not known")
            {
                Where = where,
                Got = got,
                Want = $"schemaVersion {SchemaVersion}",
                Hint = "use the NodeForge that wrote it, or lock again with this one",
            }
        );

    private static Diagnostic Diagnose(Location where, LockProblem problem) =>
        new(ErrorCodes.LockNotValid, problem.What)
        {
            Where = where with { Detail = problem.Place },
            Got = problem.Got,
            Want = problem.Want,
            Hint = Again,
        };

    private static NodeForgeException NotJson(string path, ReadOnlySpan<byte> content, JsonException failure)
    {
        JsonPosition position = failure.LineNumber is { } line
            ? JsonPosition.OfBytes(content, line, failure.BytePositionInLine ?? 0)
            : new(1, 1);
        return new(
            new Diagnostic(ErrorCodes.LockNotValid, "the lock file is damaged")
            {
                Where = position.In(path) with { Detail = string.IsNullOrEmpty(failure.Path) || failure.Path == "$" ? null : failure.Path },
                Got = JsonReason.Of(failure),
                Hint = Again,
            },
            failure
        );
    }

    private static NodeForgeException TooLarge(string path) =>
        NotValid(new(path), "the lock file is too large", got: null, "at most 16 MiB");

    private static NodeForgeException NotValid(Location where, string what, string? got, string want) =>
        new(
            new Diagnostic(ErrorCodes.LockNotValid, what)
            {
                Where = where,
                Got = got,
                Want = want,
            }
        );
}
