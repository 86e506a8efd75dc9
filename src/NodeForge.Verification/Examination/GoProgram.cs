namespace NodeForge.Verification.Examination;

/// <summary>What a compiled Go program says of itself: its build information, and the versions that the linker was told to write into
/// it.</summary>
/// <param name="Toolchain">The Go that compiled it, <c>go1.19.8</c>.</param>
/// <param name="Path">The main package.</param>
/// <param name="ModuleVersion">The main module's version; null where it was built outside of a module, or from a working tree.</param>
/// <param name="Stamps">Versions that <c>-ldflags -X</c> set, each once, in the order of the file.</param>
internal sealed record GoProgram(string? Toolchain, string? Path, string? ModuleVersion, IReadOnlyList<string> Stamps)
{
    /// <summary>The module that the main package is of; null where it was built outside of one.</summary>
    public string? Module { get; init; }

    /// <summary>The modules that it was built with, each with the version that was taken for it.</summary>
    public IReadOnlyList<(string Path, string Version)> Modules { get; init; } = [];
}
