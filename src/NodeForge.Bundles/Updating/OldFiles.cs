using NodeForge.Bundles.Format;
using NodeForge.Bundles.Reading;

namespace NodeForge.Bundles.Updating;

/// <summary>The files of all layers of the bundle that is there, and which of them a new one is likely made of.</summary>
internal sealed class OldFiles
{
    private const int MostPartners = 2; // versions of Kubernetes lie side by side under the same paths
    private const long Worth = 64 << 10; // bytes of a file below which only its path or its name and size find it one

    private readonly Dictionary<string, List<OldFile>> byPath = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<OldFile>> byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<OldFile>> byFolder = new(StringComparer.Ordinal);

    /// <summary>Reads every layer of a bundle that is not compressed elsewhere.</summary>
    public static OldFiles Of(BundleFile bundle, CancellationToken cancellationToken)
    {
        OldFiles files = new();
        for (int number = 1; number <= bundle.Index.Blobs.Count; number++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            BundledBlob blob = bundle.Index.Blobs[number - 1];
            if (!ListedFiles.IsPlain(blob.MediaType))
                continue;
            using Stream content = bundle.Open(blob.Digest);
            foreach (ListedFile file in ListedFiles.Of(bundle.Index, blob, content, cancellationToken))
                files.Add(file, new(number, file.Offset, file.Size));
        }

        return files;
    }

    /// <summary>Old files that a new one may be made of, the likeliest first: those of its path, then of its name and size, of its name,
    /// and, for a name that is a digest or has a version in it, of its folder and about its size.</summary>
    public IReadOnlyList<OldFile> PartnersOf(ListedFile file)
    {
        List<OldFile>? found =
            byPath.GetValueOrDefault(file.Path)
            ?? byName.GetValueOrDefault(file.Name)?.Where(old => old.Size == file.Size || file.Size >= Worth).ToList()
            ?? [];
        if (found.Count == 0 && file.Size >= Worth)
            found = byFolder.GetValueOrDefault(file.Folder)?.Where(old => Math.Abs(old.Size - file.Size) <= file.Size / 4).ToList() ?? [];
        return
        [
            .. found.OrderBy(old => Math.Abs(old.Size - file.Size)).ThenBy(old => old.Blob).ThenBy(old => old.Offset).Take(MostPartners),
        ];
    }

    private void Add(ListedFile file, OldFile old)
    {
        Add(byPath, file.Path, old);
        Add(byName, file.Name, old);
        if (file.Size >= Worth)
            Add(byFolder, file.Folder, old);
    }

    private static void Add(Dictionary<string, List<OldFile>> files, string key, OldFile old)
    {
        if (files.TryGetValue(key, out List<OldFile>? others))
            others.Add(old);
        else
            files.Add(key, [old]);
    }
}

/// <summary>A file of the bundle that is there.</summary>
/// <param name="Blob">The number of the blob that it is in.</param>
internal readonly record struct OldFile(int Blob, long Offset, long Size);
