using NodeForge.Bundles.Format;
using NodeForge.Bundles.Reading;
using NodeForge.Oci;
using NodeForge.Oci.Compression;

namespace NodeForge.Bundles.Updating;

/// <summary>Deltas in the order in which they lead from a bundle that is there to the last one.</summary>
internal static class DeltaChain
{
    private const int MostNeighbours = 200;

    /// <param name="old">The bundle that is there.</param>
    /// <param name="deltas">In any order; those that lead to the bundle that is there are not needed any more.</param>
    /// <exception cref="NodeForgeException"><see cref="ErrorCodes.DeltaBaseMissing"/>, for each delta whose base is neither there nor made;
    /// <see cref="ErrorCodes.DeltaOfOtherEncoder"/>.</exception>
    public static IReadOnlyList<BundleFile> Order(BundleFile old, IReadOnlyList<BundleFile> deltas)
    {
        List<BundleFile> chain = [];
        List<BundleFile> left = [.. deltas.DistinctBy(delta => delta.IndexDigest)];
        Digest at = old.IndexDigest;
        while (left.FirstOrDefault(delta => Of(delta).Base == at) is { } next)
        {
            chain.Add(next);
            left.Remove(next);
            at = Of(next).Index;
        }

        RemoveDone(left, old.IndexDigest);
        if (left.Count > 0 || chain.Count == 0)
            throw new NodeForgeException([.. (left.Count > 0 ? left : deltas).Select(delta => Missing(delta, old, deltas))]);
        Diagnostic[] foreign = [.. chain.Where(delta => !CanBeWritten(Of(delta))).Select(OtherEncoder)];
        return foreign.Length == 0 ? chain : throw new NodeForgeException(foreign);
    }

    private static BundleDelta Of(BundleFile delta) => delta.Index.Delta!;

    private static void RemoveDone(List<BundleFile> left, Digest reached)
    {
        Queue<Digest> done = new([reached]);
        while (done.TryDequeue(out Digest index))
        {
            foreach (BundleFile delta in left.Where(delta => Of(delta).Index == index).ToArray())
            {
                left.Remove(delta);
                done.Enqueue(Of(delta).Base);
            }
        }
    }

    private static bool CanBeWritten(BundleDelta delta) => delta.Encoding == ZstdBlockEncoder.NameOf(delta.Level);

    private static Diagnostic Missing(BundleFile delta, BundleFile old, IReadOnlyList<BundleFile> deltas)
    {
        Digest wanted = Of(delta).Base;
        string[] leading =
        [
            .. deltas.Concat(Beside(delta)).Where(other => Of(other).Index == wanted).Select(other => other.Place).Distinct(),
        ];
        return new(ErrorCodes.DeltaBaseMissing, "the bundle that the delta is of is not there")
        {
            Where = new(delta.Place),
            Got = $"{old.Place}, index {old.IndexDigest}",
            Want = $"the bundle with the index {wanted}",
            Hint =
                leading.Length == 0
                    ? "carry the deltas between the two as well; among those beside this one none leads to that bundle"
                    : $"{string.Join(" and ", leading)} {(leading.Length == 1 ? "leads" : "lead")} to that bundle, and again "
                        + "from another one: give every delta from the bundle that is there on",
        };
    }

    // Somebody may have carried it and not named it.
    private static IEnumerable<BundleFile> Beside(BundleFile delta)
    {
        string folder = Path.GetDirectoryName(delta.Place)!;
        foreach (string path in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).Take(MostNeighbours))
        {
            if (path.EndsWith(".nfb", StringComparison.Ordinal) || path.EndsWith(".nfb.001", StringComparison.Ordinal))
            {
                if (TryOpen(path) is { Index.Delta: not null } other && other.IndexDigest != delta.IndexDigest)
                    yield return other;
            }
        }
    }

    private static BundleFile? TryOpen(string path)
    {
        try
        {
            return BundleFile.OpenAny(path);
        }
        catch (NodeForgeException)
        {
            return null;
        }
    }

    private static Diagnostic OtherEncoder(BundleFile delta) =>
        new(ErrorCodes.DeltaOfOtherEncoder, "the bundle is compressed by an encoder that this program does not have")
        {
            Where = new(delta.Place),
            Got = ZstdBlockEncoder.NameOf(Of(delta).Level),
            Want = Of(delta).Encoding,
            Hint = "apply it with the nodeforge that made it",
        };
}
