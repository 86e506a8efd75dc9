using NodeForge.Bundles.Format;

namespace NodeForge.Bundles.Reading;

/// <summary>The volumes of a bundle, found beside each other by their names.</summary>
/// <param name="Place">What the bundle is called.</param>
/// <param name="Header">What the volumes of the bundle have in common, and their count.</param>
/// <param name="Volumes">In order; every one that there should be.</param>
/// <param name="Left">Volumes of another bundle that nobody needs here.</param>
internal sealed record BundleVolumes(
    string Place,
    VolumeHeader Header,
    IReadOnlyList<ExpectedVolume> Volumes,
    IReadOnlyList<Diagnostic> Left
)
{
    /// <summary>Finds a bundle by its file, by what its volumes have in common, or by one of them.</summary>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.PathNotUsable"/>: nothing is there; NF64xx: no volume has a header that
    /// can be read.</exception>
    public static BundleVolumes Find(string place)
    {
        string path = Path.GetFullPath(place);
        if (!File.Exists(path) && VolumeNames.Beside(path) is { Count: > 0 } volumes)
            return Of(path, volumes);
        if (VolumeNames.NumberOf(path) is not null)
        {
            string common = path[..^Path.GetExtension(path).Length];
            if (
                VolumeNames.Beside(common) is { Count: > 0 } others
                && (!File.Exists(path) || VolumeFile.Open(path).Header is not { VolumeSize: 0 })
            )
                return Of(common, others);
        }

        VolumeFile only = VolumeFile.Open(path);
        VolumeHeader header = only.Header ?? throw new NodeForgeException(only.Problems);
        return header.Count == 1
            ? new(path, header, [new(1, path, only, only.Problems)], [])
            : throw new NodeForgeException(
                BundleFaults.Misplaced(path, header.Number, header.Number, header.Count) with
                {
                    Want = $"the name {Path.GetFileName(VolumeNames.PathOf(path, header.Number))}",
                }
            );
    }

    private static BundleVolumes Of(string common, SortedDictionary<int, string> paths)
    {
        SortedDictionary<int, VolumeFile> files = Read(paths);
        VolumeHeader header = Common(files.Values);
        ExpectedVolume[] expected =
        [
            .. Enumerable
                .Range(1, header.Count)
                .Select(number => Expect(VolumeNames.PathOf(common, number), number, files.GetValueOrDefault(number), header)),
        ];
        Diagnostic[] left =
        [
            .. files
                .Where(file => file.Key > header.Count && file.Value.Header is not null)
                .Select(file =>
                    BundleFaults.Foreign(file.Value.Path, $"volume {file.Key}", $"{header.Count} volumes") with
                    {
                        Severity = Severity.Warning,
                        Hint = "remove it: nothing of this bundle is in it",
                    }
                ),
        ];
        return new(common, header, expected, left);
    }

    /// <summary>Files that are not in their places yet, as one bundle.</summary>
    /// <param name="place">What the bundle will be called.</param>
    /// <param name="paths">All of its volumes, in order.</param>
    /// <exception cref="NodeForgeException">As <see cref="Find"/>; <see cref="ErrorCodes.BundleInvalid"/>: there are more or fewer than the
    /// bundle has.</exception>
    public static BundleVolumes InOrder(string place, IReadOnlyList<string> paths)
    {
        SortedDictionary<int, VolumeFile> files = Read(paths.Select((path, i) => KeyValuePair.Create(i + 1, path)));
        VolumeHeader header = Common(files.Values);
        return header.Count == paths.Count
            ? new(place, header, [.. files.Select(file => Expect(file.Value.Path, file.Key, file.Value, header))], [])
            : throw BundleFaults.Invalid(
                place,
                "the bundle has another number of volumes than there are",
                $"{paths.Count}",
                $"{header.Count}"
            );
    }

    private static SortedDictionary<int, VolumeFile> Read(IEnumerable<KeyValuePair<int, string>> paths)
    {
        SortedDictionary<int, VolumeFile> files = [];
        foreach ((int number, string path) in paths)
            files[number] = VolumeFile.Open(path);
        return files;
    }

    // Of the bundle that most of them are of; of as many, of the one of the lowest number.
    private static VolumeHeader Common(IReadOnlyCollection<VolumeFile> files) =>
        files
            .Select(file => file.Header)
            .OfType<VolumeHeader>()
            .GroupBy(found => found.Set)
            .OrderByDescending(set => set.Count())
            .FirstOrDefault()
            ?.First()
        ?? throw new NodeForgeException([.. files.SelectMany(file => file.Problems)]);

    private static ExpectedVolume Expect(string path, int number, VolumeFile? file, VolumeHeader header) =>
        file switch
        {
            null => new(number, path, null, [BundleFaults.Missing(path, number, header.Count)]) { State = VolumeState.Missing },
            { Header: null } => new(number, path, null, file.Problems) { State = VolumeState.Damaged },
            { Header: { } own } when own.Set != header.Set => new(
                number,
                path,
                null,
                [BundleFaults.Foreign(path, own.Set.ToString(), header.Set.ToString())]
            )
            {
                State = VolumeState.Foreign,
            },
            { Header: { } own } when own.Number != number => new(
                number,
                path,
                null,
                [BundleFaults.Misplaced(path, own.Number, number, header.Count)]
            )
            {
                State = VolumeState.Misplaced,
            },
            _ => new(number, path, file, file.Problems),
        };
}

/// <summary>A volume that there should be.</summary>
/// <param name="File">Null where what lies there is of no use.</param>
internal sealed record ExpectedVolume(int Number, string Path, VolumeFile? File, IReadOnlyList<Diagnostic> Problems)
{
    public VolumeState State { get; init; } = Problems.Count == 0 ? VolumeState.Sound : VolumeState.Damaged;
}

/// <summary>What is known of a volume.</summary>
public enum VolumeState
{
    Sound,
    Missing,
    Damaged,

    /// <summary>Of another bundle, or of the same one cut in another way.</summary>
    Foreign,

    /// <summary>Under the name of another volume.</summary>
    Misplaced,
}
