namespace NodeForge.Recipes.Locks;

/// <summary>What the JSON reader leaves null though the types say otherwise: lists that are not there (its generated code drops the
/// defaults of
/// init-only properties), and items that are written as null.</summary>
internal static class LockNulls
{
    /// <summary>Items that are null.</summary>
    public static IEnumerable<LockProblem> Problems(LockDocument recipeLock) =>
        [
            .. Items(
                recipeLock.Parts,
                "$.parts",
                (part, place) =>
                    [
                        .. Items(part.Packages, $"{place}.packages", (_, _) => []),
                        .. Items(part.Files, $"{place}.files", (_, _) => []),
                        .. Items(part.Images, $"{place}.images", (image, at) => Items(image.Blobs, $"{at}.blobs", (_, _) => [])),
                    ]
            ),
        ];

    /// <summary>The same lock, absent lists empty.</summary>
    public static LockDocument Filled(LockDocument recipeLock) =>
        recipeLock with
        {
            Parts =
            [
                .. recipeLock.Parts.Select(part =>
                    part is null
                        ? part!
                        : part with
                        {
                            Packages = part.Packages ?? [],
                            Files = part.Files ?? [],
                            Images = part.Images ?? [],
                        }
                ),
            ],
        };

    private static IEnumerable<LockProblem> Items<T>(
        IReadOnlyList<T?>? items,
        string place,
        Func<T, string, IEnumerable<LockProblem>> below
    )
        where T : class =>
        (items ?? []).SelectMany(
            (item, i) => item is null ? [new($"{place}[{i}]", "an entry is empty", "null", "an object")] : below(item, $"{place}[{i}]")
        );
}
