using System.Text;
using Microsoft.Build.Framework;
using NodeForge.Oci;
using NodeForge.Oci.Content;
using NodeForge.Recipes;
using NodeForge.Recipes.Locks;

namespace NodeForge.MSBuild;

/// <summary>An item of <c>NodeForgeRecipe</c>: the recipe, how it is read, and where its image goes.</summary>
internal sealed record RecipeItem
{
    private static readonly Dictionary<string, string> Endings = new(StringComparer.Ordinal)
    {
        ["oci-archive"] = ".oci.tar",
        ["docker-archive"] = ".docker.tar",
        ["oci"] = ".oci",
    };

    public required RecipeRequest Request { get; init; }

    /// <summary>oci-archive, docker-archive or oci.</summary>
    public required string Format { get; init; }

    public required string Compression { get; init; }

    /// <summary>Makes a node image though its clusters can ask for images that it has not.</summary>
    public bool AllowOpenClosure { get; init; }

    /// <summary>What the image is called; null leaves it to the house.</summary>
    public string? Tag { get; init; }

    /// <summary>The file or folder that the image is written to, absolute.</summary>
    public required string Output { get; init; }

    /// <summary>Archives and layouts that a node image carries beside those of its recipe, absolute.</summary>
    public IReadOnlyList<string> Preloads { get; init; } = [];

    /// <summary>Where the image goes, as the command line has it.</summary>
    public string Transport => $"{Format}:{Output}";

    /// <summary>The file that changes whenever the image is written.</summary>
    public string Artefact => Format == "oci" ? Path.Combine(Output, "index.json") : Output;

    /// <summary>What the image was built from, beside it.</summary>
    public string Record => BuildRecord.Beside(Output);

    public string LockPath => Request.LockPath ?? RecipeLockFile.DefaultPath(Request.Path);

    /// <summary>What an item says, with defaults where it says nothing.</summary>
    /// <param name="item">An item of NodeForgeRecipe, or an input that has its metadata.</param>
    /// <param name="host">Resolves paths.</param>
    /// <param name="folder">Where images go that do not say where.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.BuildItem"/>.</exception>
    public static RecipeItem Of(ITaskItem item, HostEnvironment host, string folder)
    {
        string recipe = host.Resolve(item.ItemSpec);
        string format = Optional(item, "Format") ?? "oci-archive";
        if (!Endings.TryGetValue(format, out string? ending))
            throw Refused(
                recipe,
                "the format is none that a build writes",
                format,
                string.Join(", ", Endings.Keys),
                "give NodeForgeRecipe another Format"
            );
        string compression = Optional(item, "Compression") ?? "none";
        if (compression is not ("none" or "gzip" or "zstd"))
            throw Refused(
                recipe,
                "the compression is none that is known",
                compression,
                "none, gzip, zstd",
                "give NodeForgeRecipe another Compression"
            );
        string[] platforms = Texts(item, "Platforms");
        string output =
            Optional(item, "Destination")
            ?? Path.Combine(
                folder,
                string.Join('-', platforms.Prepend(Path.GetFileNameWithoutExtension(recipe))).Replace('/', '-') + ending
            );
        if (output.Contains(':', StringComparison.Ordinal))
            throw Refused(
                recipe,
                "the output has a colon, which ends a path where images are named",
                output,
                "a path without one",
                "give NodeForgeRecipe another Destination, or the project another NodeForgeOutputPath"
            );
        return new()
        {
            Request = new(
                recipe,
                Optional(item, "Lock") is { } own ? host.Resolve(own) : null,
                Parameters(recipe, Texts(item, "Parameters")),
                platforms
            ),
            Format = format,
            Compression = compression,
            AllowOpenClosure = string.Equals(Optional(item, "AllowOpenClosure"), "true", StringComparison.OrdinalIgnoreCase),
            Tag = Optional(item, "Tag"),
            Output = Path.TrimEndingDirectorySeparator(host.Resolve(output)),
            Preloads = [.. Texts(item, "Preload").Select(host.Resolve)],
        };
    }

    /// <summary>Over all that decides the artefact's bytes: recipe, includes, local files, lock, arguments, and this NodeForge.</summary>
    public async Task<string> KeyAsync(Recipe recipe, HostEnvironment host, CancellationToken cancellationToken)
    {
        List<string> parts =
        [
            .. Arguments(host),
            (await RecipeDigest.ComputeAsync(recipe, cancellationToken).ConfigureAwait(false)).ToString(),
        ];
        foreach (string file in Preloads.Select(ContentOf).Append(LockPath))
            parts.Add(File.Exists(file) ? await DigestOfAsync(file, cancellationToken).ConfigureAwait(false) : "");
        return Digest.Of(Encoding.UTF8.GetBytes(string.Join('\n', parts))).ToString();
    }

    /// <summary>What is in no file and decides the artefact's bytes.</summary>
    public IEnumerable<string> Arguments(HostEnvironment host) =>
        [
            typeof(Forge).Module.ModuleVersionId.ToString(),
            Format,
            Compression,
            Tag ?? "",
            AllowOpenClosure ? "open" : "",
            string.Join(' ', Request.Platforms),
            .. Request.Parameters.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"),
            host.Variable("SOURCE_DATE_EPOCH") ?? "",
        ];

    /// <summary>The file of an archive or layout that changes with it.</summary>
    public static string ContentOf(string image) => Directory.Exists(image) ? Path.Combine(image, "index.json") : image;

    /// <returns>As a recipe writes it: NodeImage.</returns>
    public static string KindOf(Recipe recipe) => recipe.GetType().Name[..^"Recipe".Length];

    public static string? Optional(ITaskItem item, string name) => item.GetMetadata(name) is { Length: > 0 } text ? text : null;

    public static string[] Texts(ITaskItem item, string name) =>
        item.GetMetadata(name).Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public static async Task<string> DigestOfAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            using FileStream content = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 18, FileOptions.SequentialScan);
            return Convert.ToHexStringLower(
                await System.Security.Cryptography.SHA256.HashDataAsync(content, cancellationToken).ConfigureAwait(false)
            );
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.Explain(path, failure);
        }
    }

    private static Dictionary<string, string> Parameters(string recipe, string[] assignments)
    {
        Dictionary<string, string> parameters = new(StringComparer.Ordinal);
        foreach (string assignment in assignments)
        {
            if (assignment.Split('=', 2) is not [{ Length: > 0 } name, string value])
                throw Refused(recipe, "a parameter is no assignment", assignment, "NAME=VALUE", "write Parameters=\"version=v1.35.6;…\"");
            parameters[name.Trim()] = value.Trim();
        }

        return parameters;
    }

    private static NodeForgeException Refused(string recipe, string what, string got, string want, string hint) =>
        new(
            new Diagnostic(ErrorCodes.BuildItem, what)
            {
                Where = new(recipe),
                Got = got,
                Want = want,
                Hint = hint,
            }
        );
}
