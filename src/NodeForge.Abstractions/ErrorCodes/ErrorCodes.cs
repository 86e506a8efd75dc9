namespace NodeForge;

/// <summary>Every error code. One file per stage: NF1 recipes and cluster files, NF2 locks and plans, NF3 fetching and registries, NF4
/// assembly,
/// NF5 layouts, archives and engines, NF6 verification, containerd's state and bundles, NF7 matrices and shared caches, NF8 clusters, NF9
/// this machine and the front
/// ends.</summary>
public static partial class ErrorCodes
{
    // Makes all of them before the first is asked for: the catalogue is whole whenever somebody looks.
    static ErrorCodes() { }

    /// <summary>The catalogue, by id. <c>docs/errors.md</c> is written from it.</summary>
    public static IReadOnlyList<ErrorCode> All => Catalogue.Sorted;

    // Apart from the codes themselves: a process that can open no file (EMFILE) could not load Linq to tell its first error.
    private static class Catalogue
    {
        public static IReadOnlyList<ErrorCode> Sorted => [.. ErrorCode.Defined.OrderBy(code => code.Id, StringComparer.Ordinal)];
    }
}
