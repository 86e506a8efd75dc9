using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace NodeForge;

/// <summary>Every error code. One file per stage: NF1 recipes and cluster files, NF2 locks and plans, NF3 fetching and registries, NF4 assembly,
/// NF5 layouts, archives and engines, NF6 verification and containerd's state, NF7 bundles, NF8 clusters, NF9 this machine and the front ends.</summary>
public static partial class ErrorCodes
{
    /// <summary>The catalogue, by id. <c>docs/errors.md</c> is written from it.</summary>
    public static IReadOnlyList<ErrorCode> All => Catalogue.Entries;

    // Apart from the codes themselves: a process that can open no file (EMFILE) could not load Linq to tell its first error.
    private static class Catalogue
    {
        [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "The fields of this type are rooted by their users.")]
        [UnconditionalSuppressMessage("Trimming", "IL2090", Justification = "The fields of this type are rooted by their users.")]
        public static IReadOnlyList<ErrorCode> Entries { get; } =
        [
            .. typeof(ErrorCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
                .Select(field => field.GetValue(null)).OfType<ErrorCode>().OrderBy(code => code.Id, StringComparer.Ordinal),
        ];
    }
}
