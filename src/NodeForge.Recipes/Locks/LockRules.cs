using NodeForge.Oci;

namespace NodeForge.Recipes.Locks;

/// <summary>What a lock must be beyond its types. Paths and names from it reach file systems and servers: nothing in it may climb.</summary>
internal static class LockRules
{
    public static IEnumerable<LockProblem> Problems(RecipeLock recipeLock)
    {
        if (recipeLock.Epoch is < 0 or > MostSeconds)
            yield return new("$.epoch", "the time is out of range", recipeLock.Epoch.ToString(System.Globalization.CultureInfo.InvariantCulture), "seconds since 1970, before the year 10000");
        if (recipeLock.Parts.Count == 0)
            yield return new("$.parts", "the lock has no part", "an empty list", "a part for each recipe and platform");
        HashSet<(string, string)> parts = [];
        for (int i = 0; i < recipeLock.Parts.Count; i++)
        {
            LockedPart part = recipeLock.Parts[i];
            if (!parts.Add((part.Recipe, part.Platform)))
                yield return new($"$.parts[{i}]", "two parts are of one recipe and platform", $"{part.Recipe} for {part.Platform} again", "one part for each");
            foreach (LockProblem problem in Part(part, $"$.parts[{i}]"))
                yield return problem;
        }
    }

    private const long MostSeconds = 253_402_300_799; // 9999-12-31T23:59:59Z, RFC 3339's last

    private static IEnumerable<LockProblem> Part(LockedPart part, string place) =>
    [
        .. Check(part.Recipe.Length > 0 && !Path.IsPathRooted(part.Recipe), $"{place}.recipe", "the recipe's path is not relative", part.Recipe, "a path from the folder of the top recipe"),
        .. Check(Platform.TryParse(part.Platform, out _), $"{place}.platform", "this is no platform", part.Platform, "a platform such as linux/amd64"),
        .. part.Packages.SelectMany((package, i) => Package(package, $"{place}.packages[{i}]")),
        .. Repeated(part.Packages, package => $"{package.Name}:{package.Architecture}", $"{place}.packages"),
        .. part.Files.SelectMany((file, i) => File(file, $"{place}.files[{i}]")),
        .. Repeated(part.Files, file => file.Name, $"{place}.files"),
        .. part.Images.SelectMany((image, i) => Image(image, $"{place}.images[{i}]")),
        .. Repeated(part.Images, image => image.Reference, $"{place}.images"),
    ];

    private static IEnumerable<LockProblem> Package(LockedPackage package, string place) =>
    [
        .. Check(package.Name.Length > 0, $"{place}.name", "the package has no name", null, "a name"),
        .. Check(StaysBelow(package.Path), $"{place}.path", "the path leaves the mirror", package.Path, "a path below pool/ without .."),
        .. Check(package.Size > 0, $"{place}.size", "the size is not one", $"{package.Size}", "bytes, more than none"),
    ];

    private static IEnumerable<LockProblem> File(LockedFile file, string place) =>
    [
        .. Check(file.Url is null != (file.Suite is null), place, "a file comes from a URL or from a suite", file.Url is null ? "neither" : "both", "url, or suite and path"),
        .. Check(file.Suite is null == (file.Path is null), place, "suite and path go together", file.Path is null ? "no path" : "no suite", "both"),
        .. Check(file.Path is null || StaysBelow(file.Path), $"{place}.path", "the path leaves the mirror", file.Path, "a path below pool/ without .."),
        .. Check(file.Url is null || (Uri.TryCreate(file.Url, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https"), $"{place}.url", "the URL cannot be fetched", file.Url, "http or https"),
        .. Check(file.Size >= 0, $"{place}.size", "the size is not one", $"{file.Size}", "bytes"),
    ];

    private static IEnumerable<LockProblem> Image(LockedImage image, string place) =>
    [
        .. Check(image.Blobs.Count >= 2, $"{place}.blobs", "the image lacks blobs", $"{image.Blobs.Count}", "the manifest, the config and the layers"),
        .. Check(image.Blobs.Count == 0 || image.Blobs[0].Digest == image.Digest, $"{place}.blobs", "the first blob is not the manifest", image.Blobs.Count == 0 ? null : image.Blobs[0].Digest.ToString(), image.Digest.ToString()),
        .. image.Blobs.SelectMany((blob, i) => Check(blob.Size >= 0, $"{place}.blobs[{i}].size", "the size is not one", $"{blob.Size}", "bytes")),
    ];

    private static IEnumerable<LockProblem> Repeated<T>(IReadOnlyList<T> items, Func<T, string> name, string place)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        for (int i = 0; i < items.Count; i++)
        {
            if (!names.Add(name(items[i])))
                yield return new($"{place}[{i}]", "an entry is there twice", name(items[i]), "each once");
        }
    }

    private static bool StaysBelow(string path) =>
        path.Length > 0 && path[0] != '/' && path.Split('/').All(part => part is not ("" or "." or "..")) && !path.Any(char.IsControl) && !path.Contains('\\', StringComparison.Ordinal);

    private static IEnumerable<LockProblem> Check(bool holds, string place, string what, string? got, string want) =>
        holds ? [] : [new(place, what, got, want)];
}
