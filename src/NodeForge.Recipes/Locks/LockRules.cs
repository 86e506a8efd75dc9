using System.Globalization;
using NodeForge.Documents.Yaml;
using NodeForge.Oci;
using NodeForge.Oci.Transports;
using NodeForge.Recipes.Reading;

namespace NodeForge.Recipes.Locks;

/// <summary>What a lock must be beyond its types. Its words become arguments of programs, paths and addresses: each has its form, and
/// nothing in it may climb.</summary>
internal static class LockRules
{
    public static IEnumerable<LockProblem> Problems(LockDocument recipeLock)
    {
        if (recipeLock.Epoch is < 0 or > MostSeconds)
            yield return new(
                "$.epoch",
                "the time is out of range",
                recipeLock.Epoch.ToString(CultureInfo.InvariantCulture),
                "seconds since 1970, before the year 10000"
            );
        if (recipeLock.Parts.Count == 0)
            yield return new("$.parts", "the lock has no part", "an empty list", "a part for each recipe and platform");
        HashSet<(string, string)> parts = [];
        for (int i = 0; i < recipeLock.Parts.Count; i++)
        {
            PartDocument part = recipeLock.Parts[i];
            if (!parts.Add((part.Recipe, part.Platform)))
                yield return new(
                    $"$.parts[{i}]",
                    "two parts are of one recipe and platform",
                    $"{part.Recipe} for {part.Platform} again",
                    "one part for each"
                );
            foreach (LockProblem problem in Part(part, $"$.parts[{i}]"))
                yield return problem;
        }
    }

    private const long MostSeconds = 253_402_300_799; // 9999-12-31T23:59:59Z, RFC 3339's last

    // More than any file that is fetched, and few enough to be added up.
    private const long MostBytes = 1L << 44; // 16 TiB

    private static IEnumerable<LockProblem> Part(PartDocument part, string place) =>
        [
            .. Check(
                IsRelative(part.Recipe),
                $"{place}.recipe",
                "the recipe's path is not relative",
                part.Recipe,
                "a path from the folder of the top recipe"
            ),
            .. Check(
                Platform.TryParse(part.Platform, out Platform? platform) && platform.ToString() == part.Platform,
                $"{place}.platform",
                "this is no platform",
                part.Platform,
                "a platform such as linux/amd64"
            ),
            .. part.Packages.SelectMany((package, i) => Package(package, $"{place}.packages[{i}]")),
            .. Repeated(part.Packages, $"{place}.packages"),
            .. part.Files.SelectMany((file, i) => File(file, $"{place}.files[{i}]")),
            .. Repeated(part.Files, $"{place}.files"),
            .. part.Images.SelectMany((image, i) => Image(image, $"{place}.images[{i}]")),
            .. Repeated(part.Images, $"{place}.images"),
        ];

    /// <summary>A package's name becomes an argument of apt, its path a part of an address.</summary>
    public static IEnumerable<LockProblem> Package(LockedPackage package, string place) =>
        [
            .. Form(RecipeGrammar.Package, package.Name, $"{place}.name", "this is no name of a package"),
            .. Form(LockGrammar.Version, package.Version, $"{place}.version", "this is no version of a package"),
            .. Form(LockGrammar.Architecture, package.Architecture, $"{place}.architecture", "this is no architecture"),
            .. Archive(package.Suite, package.Path, package.Snapshot, place),
            .. Size(package.Size, 1, $"{place}.size", "bytes, more than none"),
        ];

    /// <summary>A file's name becomes a file in the root file system that Kubernetes is compiled in.</summary>
    public static IEnumerable<LockProblem> File(LockedFile file, string place) =>
        [
            .. Form(LockGrammar.FileName, file.Name, $"{place}.name", "this is no name of a file"),
            .. Check(
                file.Url is null != (file.Suite is null),
                place,
                "a file comes from a URL or from a suite",
                file.Url is null ? "neither" : "both",
                "url, or suite and path"
            ),
            .. Check(
                file.Suite is null == (file.Path is null),
                place,
                "suite and path go together",
                file.Path is null ? "no path" : "no suite",
                "both"
            ),
            .. Archive(file.Suite, file.Path, file.Snapshot, place),
            .. Check(file.Url is null || Urls.IsAddress(file.Url), $"{place}.url", "the URL cannot be fetched", file.Url, Urls.Want),
            .. Size(file.Size, 0, $"{place}.size", "bytes"),
        ];

    private static IEnumerable<LockProblem> Archive(string? suite, string? path, string? snapshot, string place) =>
        [
            .. Form(RecipeGrammar.Suite, suite, $"{place}.suite", "this is no suite"),
            .. path is null || StaysBelow(path)
                ? Form(LockGrammar.PoolPath, path, $"{place}.path", "this is no path of an archive")
                : [new($"{place}.path", "the path leaves the mirror", Shown(path), "a path below pool/ without ..")],
            .. Form(RecipeGrammar.Snapshot, snapshot, $"{place}.snapshot", "this is no time of a snapshot"),
        ];

    private static IEnumerable<LockProblem> Image(LockedImage image, string place) =>
        [
            .. Check(
                IsImage(image.Reference),
                $"{place}.reference",
                "this names no image",
                image.Reference,
                "docker://HOST/NAME:TAG, or another transport of a recipe"
            ),
            .. Check(
                image.Blobs.Count >= 2,
                $"{place}.blobs",
                "the image lacks blobs",
                $"{image.Blobs.Count}",
                "the manifest, the config and the layers"
            ),
            .. Check(
                image.Blobs.Count == 0 || image.Blobs[0].Digest == image.Digest,
                $"{place}.blobs",
                "the first blob is not the manifest",
                image.Blobs.Count == 0 ? null : image.Blobs[0].Digest.ToString(),
                image.Digest.ToString()
            ),
            .. image.Blobs.SelectMany((blob, i) => Blob(blob, $"{place}.blobs[{i}]")),
        ];

    private static IEnumerable<LockProblem> Blob(LockedBlob blob, string place) =>
        [
            .. Form(LockGrammar.MediaType, blob.MediaType, $"{place}.mediaType", "this is no media type"),
            .. Size(blob.Size, 0, $"{place}.size", "bytes"),
        ];

    private static IEnumerable<LockProblem> Repeated(IReadOnlyList<LockedSource> items, string place)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        for (int i = 0; i < items.Count; i++)
        {
            if (!names.Add(items[i].Key()))
                yield return new($"{place}[{i}]", "an entry is there twice", items[i].Key(), "each once");
        }
    }

    private static bool IsRelative(string path) => path.Length is > 0 and <= 4096 && !Path.IsPathRooted(path) && !path.Any(char.IsControl);

    private static bool IsImage(string reference) =>
        !reference.Any(char.IsControl)
        && ImageTransport.TryParse(reference, out ImageTransport? transport)
        && transport.Room is not { IsFile: false, IsRemote: false };

    private static bool StaysBelow(string path) =>
        path.Length > 0
        && path[0] != '/'
        && path.Split('/').All(part => part is not ("" or "." or ".."))
        && !path.Any(char.IsControl)
        && !path.Contains('\\', StringComparison.Ordinal);

    private static IEnumerable<LockProblem> Size(long size, long least, string place, string want) =>
        Check(size >= least && size <= MostBytes, place, "the size is not one", size.ToString(CultureInfo.InvariantCulture), want);

    private static IEnumerable<LockProblem> Form(Grammar grammar, string? value, string place, string what) =>
        Check(value is null || grammar.Form.IsMatch(value), place, what, value, grammar.Want);

    private static IEnumerable<LockProblem> Check(bool holds, string place, string what, string? got, string want) =>
        holds ? [] : [new(place, what, got is null ? null : Shown(got), want)];

    private static string Shown(string text) => text.Length <= 120 ? text : text[..120] + "…";
}
